import { expect, it } from "vitest";
import { evaluatePairwiseSum } from "./pairwise-sum.js";

it("adds each layer and each pair of neighbours once", () => {
  const terms: string[] = [];
  const sum = {
    constant: 0.5,
    unary: (layer: number, width: number): number => (terms.push(`${layer}:${width}`), width),
    pair: (layer: number, width: number, next: number): number => (terms.push(`${layer}:${width},${next}`), width * next),
  };
  expect(evaluatePairwiseSum(sum, [2, 3, 5])).toBe(0.5 + 2 + 3 + 5 + 6 + 15);
  expect(terms.sort()).toEqual(["0:2", "0:2,3", "1:3", "1:3,5", "2:5"]);
  expect(evaluatePairwiseSum(sum, [7])).toBe(7.5);
});
