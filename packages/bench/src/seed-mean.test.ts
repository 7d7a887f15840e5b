import { expect, it } from "vitest";
import { seedMean, seedMeanText } from "./seed-mean.js";

const twice = (value: number): string => value.toFixed(2);

it("has Student's interval from two seeds on", () => {
  expect(seedMean([3])).toEqual({ mean: 3, interval: null });
  const { mean, interval } = seedMean([1, 3]);
  expect([mean, interval!.low, interval!.high]).toEqual([2, expect.closeTo(2 - 12.7062, 3), expect.closeTo(2 + 12.7062, 3)]);
});

it("reads with its interval, where there is one", () => {
  expect(seedMeanText({ mean: 3, interval: null }, twice)).toBe("3.00");
  expect(seedMeanText({ mean: 3, interval: { low: 2.5, high: 3.5 } }, twice)).toBe("3.00 (2.50, 3.50)");
});
