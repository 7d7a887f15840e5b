import { expect, it } from "vitest";
import { requireSpace } from "./require-space.js";
import { ShapeSpace, type ShapeSpaceOptions } from "./shape-space.js";
import { testSupernet } from "./test-supernets.js";

const { arch } = testSupernet(); // 3 layers of 2 heads, 24 wide.
const check = (options: ShapeSpaceOptions): void => requireSpace(arch, new ShapeSpace({ heads: 2, layers: 3, hidden: 24, ...options }));

it("takes a space of the backbone's layers and heads", () => {
  expect(() => check({ widths: [2, 6, 24] })).not.toThrow();
  expect(() => check({ widths: [[2], [6, 10], [24, 4]] })).not.toThrow();
});

it.each<[string, ShapeSpaceOptions, RegExp]>([
  ["a width in the middle that the heads do not divide", { heads: 1, widths: [4, 5, 24] }, /must have the 2 heads of the backbone.* got 1; make it with heads: 2/],
  ["widths between heads at the ends", { heads: 1, widths: [5, 24] }, /multiple of the 2 heads from 2 to 24, got 5/],
  ["other heads that divide every width", { heads: 4, widths: [4, 24] }, /must have the 2 heads.* got 4/],
  ["a wider layer", { widths: [24, 26] }, /got 26 for layer 1/],
  ["another number of layers", { layers: 2, widths: [24] }, /each of 3 layers, got 2/],
])("refuses %s", (_, options, told) => {
  expect(() => check(options)).toThrow(expect.objectContaining({ code: "supershaper/bad-shape", message: expect.stringMatching(told) }));
});
