import { type Alignment, formatTable, type Table } from "../table.js";
import { type Html, html } from "./html.js";

/**
 * A table whose columns and rows have header cells; the first column names the rows. It scrolls sideways where the page is narrow.
 *
 * @throws BenchError `bench/bad-table`
 */
export function htmlTable(table: Table, label: string): Html {
  const { labels, alignments, rows } = formatTable(table);
  const head = labels.map((text, column) => html`<th scope="col"${aligned(alignments[column]!)}>${text}</th>`);
  const body = rows.map((cells, index) => html`<tr${index === table.highlightRow ? html` class="highlight"` : undefined}>${cells.map((text, column) =>
    column === 0 ? html`<th scope="row"${aligned(alignments[0]!)}>${text}</th>` : html`<td${aligned(alignments[column]!)}>${text}</td>`)}</tr>\n`);
  const empty = rows.length === 0 ? html`<tr><td class="no-data" colspan="${labels.length}">No data</td></tr>\n` : undefined;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${`Table: ${label}`}"><table>
<thead><tr>${head}</tr></thead>
<tbody>
${body}${empty}</tbody>
</table></div>
`;
}

function aligned(alignment: Alignment): Html | undefined {
  return alignment === "left" ? undefined : html` class="${alignment}"`;
}
