import { expect, it } from "vitest";
import { widthRanges } from "./width-ranges.js";

it("has the least and the largest width of each layer", () => {
  expect(widthRanges([[3, 7, 5], [4, 2, 5], [1, 6, 5]])).toEqual({ least: [1, 2, 5], most: [4, 7, 5] });
});

it("takes more shapes than a function takes arguments", () => {
  const shapes = Array.from({ length: 300_000 }, (_, i) => [1 + i, 300_000 - i]);
  expect(widthRanges(shapes)).toEqual({ least: [1, 1], most: [300_000, 300_000] });
});
