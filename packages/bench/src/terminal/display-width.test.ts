import { describe, expect, it } from "vitest";
import { displayWidth, oneLine, truncateToWidth } from "./display-width.js";

describe("displayWidth", () => {
  it.each([
    ["", 0], ["bort", 4], ["é", 1], ["e\u0301", 1], ["模型", 4], ["カナ", 4], ["한국", 4], ["🤗", 2], ["👩‍💻", 2], ["▁the", 4], ["–∞", 2],
    ["\u200b", 0],
  ])("of %j is %i", (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe("oneLine", () => {
  it("drops escape sequences and line breaks", () => {
    expect(oneLine("\u001b[31mred\u001b[0m\r\nnext\tcell")).toBe("red next cell");
  });
});

describe("truncateToWidth", () => {
  it.each([
    ["bort", 4, "bort"], ["bort", 3, "bo…"], ["模型模型", 6, "模型…"], ["bort", 1, "…"], ["bort", 0, ""],
  ])("cuts %j to %i columns", (text, columns, cut) => {
    expect(truncateToWidth(text, columns)).toBe(cut);
  });
});
