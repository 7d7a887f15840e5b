import { describe, expect, it } from "vitest";
import { averageRanks, pearsonCorrelation, spearmanCorrelation } from "./correlation.js";

describe("averageRanks", () => {
  it("gives equal values the mean of their places", () => {
    expect([...averageRanks([30, 10, 20, 10, 10])]).toEqual([5, 2, 4, 2, 2]);
    expect([...averageRanks([])]).toEqual([]);
  });
});

describe("pearsonCorrelation", () => {
  it("does not depend on scale and shift, however large", () => {
    const [x, y] = [[1, 2, 4, 8], [3, 1, 7, 9]];
    const correlation = pearsonCorrelation(x, y); // Centred: -2.75 -1.75 0.25 4.25 and -2 -4 2 4.
    expect(correlation).toBeCloseTo(30 / Math.sqrt(28.75 * 40), 12);
    expect(pearsonCorrelation(x.map((value) => 7 - 3e200 * value), y.map((value) => 1e-200 * value))).toBeCloseTo(-correlation, 12);
  });

  it("is NaN where one side is constant, whatever its mean is rounded to", () => {
    expect(pearsonCorrelation([0.1, 0.1, 0.1], [1, 2, 3])).toBeNaN();
    expect(pearsonCorrelation([1, 2, 3], [0.3, 0.3, 0.3])).toBeNaN();
    expect(pearsonCorrelation([1], [2])).toBeNaN();
  });

  it("stays within -1 and 1", () => {
    const values = [0.1, 0.2, 0.3, 0.7, 1.1];
    expect(pearsonCorrelation(values, values.map((value) => 3 * value + 0.1))).toBeLessThanOrEqual(1);
  });
});

describe("spearmanCorrelation", () => {
  it("sees order alone", () => {
    expect(spearmanCorrelation([1, 2, 3, 4], [1, 8, 27, 64])).toBeCloseTo(1, 12);
    expect(spearmanCorrelation([1, 2, 3, 4], [9, 7, 5, 0])).toBeCloseTo(-1, 12);
  });

  it("is 1 - 6 sum d^2 / (n (n^2 - 1)) without ties", () => {
    // Ranks 1 2 3 4 5 against 2 1 4 3 5: four differences of 1.
    expect(spearmanCorrelation([1, 2, 3, 4, 5], [20, 10, 40, 30, 50])).toBeCloseTo(1 - (6 * 4) / (5 * 24), 12);
  });

  it("is Pearson's of the shared ranks with ties", () => {
    // Ranks 1.5 1.5 3 against 1 2 3, centred -.5 -.5 1 and -1 0 1: 1.5 / sqrt(1.5 * 2).
    expect(spearmanCorrelation([5, 5, 9], [1, 2, 3])).toBeCloseTo(1.5 / Math.sqrt(3), 12);
    expect(spearmanCorrelation([5, 5, 5], [1, 2, 3])).toBeNaN();
  });
});

it.each([
  ["predictors/lengths-differ", [1], [1, 0]], ["predictors/bad-values", [], []], ["predictors/bad-values", [Number.NaN, 1], [1, 2]], ["predictors/bad-values", [0, 1], [1, Infinity]],
] as const)("correlations refuse with %s", (code, predicted, measured) => {
  for (const correlation of [pearsonCorrelation, spearmanCorrelation]) expect(() => correlation(predicted, measured)).toThrow(expect.objectContaining({ code }));
});
