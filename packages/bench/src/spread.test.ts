import { expect, it } from "vitest";
import { geometricMean, spreadOf } from "./spread.js";

it("finds the middle and the ends, whatever the order", () => {
  expect(spreadOf([5, 1, 3])).toEqual({ median: 3, least: 1, most: 5 });
  expect(spreadOf([10, 2, 4, 1])).toEqual({ median: 3, least: 1, most: 10 });
  expect(spreadOf([7])).toEqual({ median: 7, least: 7, most: 7 });
});

it("takes geometric means", () => {
  expect(geometricMean([0.5, 2, 8])).toBeCloseTo(2, 12);
});
