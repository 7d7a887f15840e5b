import { describe, expect, it } from "vitest";
import { agreement } from "./agreement.js";

describe("agreement", () => {
  it("is perfect for perfect predictions, and knows a scale that correlations do not see", () => {
    expect(agreement([1, 2, 4], [1, 2, 4])).toEqual({ rSquared: 1, pearson: expect.closeTo(1, 12), spearman: expect.closeTo(1, 12), rootMeanSquareError: 0 });
    // Errors 1, 2, 4 beside deviations -4/3, -1/3, 5/3: 1 - 21 / (42 / 9).
    expect(agreement([2, 4, 8], [1, 2, 4])).toEqual({ rSquared: expect.closeTo(1 - 21 / (42 / 9), 12), pearson: expect.closeTo(1, 12), spearman: expect.closeTo(1, 12), rootMeanSquareError: expect.closeTo(Math.sqrt(7), 12) });
  });

  it("has an R^2 of 0 for the mean, whose correlation is undefined", () => {
    expect(agreement([2, 2, 2], [1, 2, 3])).toEqual({ rSquared: 0, pearson: Number.NaN, spearman: Number.NaN, rootMeanSquareError: expect.closeTo(Math.sqrt(2 / 3), 12) });
  });

  it("has none where all measured values are equal", () => {
    expect(agreement([1, 2, 3], [0.1, 0.1, 0.1]).rSquared).toBeNaN();
  });

  it.each([["predictors/lengths-differ", [1], []], ["predictors/bad-values", [], []], ["predictors/bad-values", [Number.NaN], [1]]])("refuses with %s", (code, predicted, measured) => {
    expect(() => agreement(predicted, measured)).toThrow(expect.objectContaining({ code }));
  });
});
