import { describe, expect, it } from "vitest";
import { htmlTable } from "./html-table.js";

describe("htmlTable", () => {
  it("names columns and rows, and marks the highlighted one", () => {
    expect(htmlTable({
      columns: [{ label: "model" }, { label: "loss <nats>" }, { label: "kind", align: "center" }],
      rows: [["bort & co", 2.5, "a"], ["tiny", null, "b"]],
      highlightRow: 1,
    }, "Models").source).toMatchInlineSnapshot(`
      "<div class="scroll" tabindex="0" role="region" aria-label="Table: Models"><table>
      <thead><tr><th scope="col">model</th><th scope="col" class="right">loss &lt;nats&gt;</th><th scope="col" class="center">kind</th></tr></thead>
      <tbody>
      <tr><th scope="row">bort &amp; co</th><td class="right">2.5</td><td class="center">a</td></tr>
      <tr class="highlight"><th scope="row">tiny</th><td class="right">–</td><td class="center">b</td></tr>
      </tbody>
      </table></div>
      "
    `);
  });

  it("says so where there are no rows", () => {
    expect(htmlTable({ columns: [{ label: "a" }, { label: "b" }], rows: [] }, "Nothing").source).toContain('<td class="no-data" colspan="2">No data</td>');
  });
});
