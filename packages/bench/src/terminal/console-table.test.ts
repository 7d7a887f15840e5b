import { describe, expect, it } from "vitest";
import { consoleTable } from "./console-table.js";

const columns = [{ label: "model" }, { label: "parameters" }, { label: "accuracy", format: (value: number) => value.toFixed(3) }];

describe("consoleTable", () => {
  it("aligns text left and numbers right", () => {
    expect(consoleTable({ columns, rows: [["bert-base", 108_310_272, 0.93], ["模型 🤗", 7, null]] })).toBe([
      "model       parameters  accuracy",
      "─────────  ───────────  ────────",
      "bert-base  108,310,272     0.930",
      "模型 🤗              7         –",
    ].join("\n"));
  });

  it("marks the highlighted row and centers where told", () => {
    expect(consoleTable({ columns: [{ label: "a" }, { label: "choice", align: "center" }], rows: [["x", "no"], ["y", "yes"]], highlightRow: 1 })).toBe([
      "  a  choice",
      "  ─  ──────",
      "  x    no",
      "> y   yes",
    ].join("\n"));
  });

  it("shows the labels alone where there are no rows", () => {
    expect(consoleTable({ columns, rows: [] })).toBe("model  parameters  accuracy\n─────  ──────────  ────────");
  });

  it("keeps every row on one line, whatever the text", () => {
    expect(consoleTable({ columns: [{ label: "t" }], rows: [["a\nb\u001b[2Jc"]] })).toBe("t\n────\na bc");
  });
});
