import { describe, expect, it } from "vitest";
import { formatTable } from "./table.js";

describe("formatTable", () => {
  it("formats cells and aligns columns by what they hold", () => {
    const percent = (value: number) => `${(100 * value).toFixed(1)}%`;
    expect(formatTable({
      columns: [{ label: "model" }, { label: "parameters" }, { label: "accuracy", format: percent }, { label: "note" }, { label: "rank", align: "center" }],
      rows: [["bort", 56_142_848, 0.9312, null, 1], ["tiny", null, Number.NaN, null, 2], ["lost", 7, -Infinity, null, 3]],
    })).toEqual({
      labels: ["model", "parameters", "accuracy", "note", "rank"],
      alignments: ["left", "right", "right", "left", "center"],
      rows: [["bort", "56,142,848", "93.1%", "–", "1"], ["tiny", "–", "NaN", "–", "2"], ["lost", "7", "-∞", "–", "3"]],
    });
  });

  it.each([
    ["no column", { columns: [], rows: [] }],
    ["a short row", { columns: [{ label: "a" }, { label: "b" }], rows: [[1, 2], [1]] }],
    ["a highlight beyond the rows", { columns: [{ label: "a" }], rows: [[1]], highlightRow: 1 }],
  ])("refuses %s", (_, table) => {
    expect(() => formatTable(table)).toThrow(expect.objectContaining({ code: "bench/bad-table" }));
  });
});
