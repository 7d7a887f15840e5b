import { evaluatePairwiseSum } from "@bort/predictors";
import { describe, expect, it } from "vitest";
import { pairwiseRange } from "./pairwise-range.js";
import { parameterSum } from "./shape-counts.js";
import { ShapeSpace } from "./shape-space.js";
import { randomSum } from "./toy-sums.js";

describe("pairwiseRange", () => {
  it.each([[[[1, 2, 5], [3, 4], [2, 7, 9], [1, 8]]], [[[1, 2, 3, 4]]], [[[6], [6], [6]]]])("is the least and the most of all shapes of %j", (widths) => {
    const space = new ShapeSpace({ heads: 1, widths });
    for (let seed = 0; seed < 30; seed++) {
      const sum = randomSum(seed);
      const values = [...space].map((shape) => evaluatePairwiseSum(sum, shape));
      expect(pairwiseRange(space, sum)).toEqual({ least: expect.closeTo(Math.min(...values), 12), most: expect.closeTo(Math.max(...values), 12) });
    }
  });

  it("is between the ends of the paper's space for its parameters", () => {
    expect(pairwiseRange(new ShapeSpace(), parameterSum(new ShapeSpace(), { accounting: "supershaper-paper" }))).toEqual({ least: 33_189_360, most: 115_989_504 });
  });
});
