import { type Alignment, formatTable, type Table } from "../table.js";
import { displayWidth, oneLine } from "./display-width.js";

/**
 * A table as plain text: a line of labels, a rule, a line per row; columns are aligned as in `formatTable`.
 *
 * The highlighted row begins with `>`. No line ends in spaces, nor the text in a line break.
 *
 * @throws BenchError `bench/bad-table`
 */
export function consoleTable(table: Table): string {
  const { labels, alignments, rows } = formatTable(table);
  const lines = [labels, ...rows].map((cells) => cells.map(oneLine));
  const widths = labels.map((_, column) => Math.max(...lines.map((cells) => displayWidth(cells[column]!))));
  const text = lines.map((cells) => cells.map((cell, column) => padded(cell, widths[column]!, alignments[column]!)).join("  "));
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  const marked = table.highlightRow === undefined ? text : text.map((line, index) => `${index - 1 === table.highlightRow ? ">" : " "} ${line}`);
  const indentedRule = table.highlightRow === undefined ? rule : `  ${rule}`;
  return [marked[0]!, indentedRule, ...marked.slice(1)].map((line) => line.trimEnd()).join("\n");
}

function padded(text: string, width: number, align: Alignment): string {
  const missing = width - displayWidth(text);
  const before = align === "left" ? 0 : align === "right" ? missing : missing >> 1;
  return " ".repeat(before) + text + " ".repeat(missing - before);
}
