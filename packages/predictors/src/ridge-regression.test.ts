import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { dot } from "./dot.js";
import { type RidgeRegression, ridgeRegression } from "./ridge-regression.js";

/** What scikit-learn's Ridge gives, and errors by fitting again without each row; `test-fixtures/make-ridge.py` tells how. */
const golden = JSON.parse(readFileSync(new URL("../test-fixtures/ridge.json", import.meta.url), "utf8")) as (RidgeRegression & {
  readonly features: readonly (readonly number[])[];
  readonly targets: readonly number[];
})[];

describe("ridgeRegression", () => {
  it.each(golden.map((each) => [each.features.length, each.features[0]!.length, each] as const))("equals scikit-learn's on %i rows of %i features, at the penalty of the least error without each row", (_, __, each) => {
    const fit = ridgeRegression(each.features, each.targets);
    expect(fit.penalty / each.penalty).toBeCloseTo(1, 9);
    expect(fit.leaveOneOutError / each.leaveOneOutError).toBeCloseTo(1, 8);
    expect(fit.intercept).toBeCloseTo(each.intercept, 7);
    for (const [i, coefficient] of each.coefficients.entries()) expect(fit.coefficients[i]).toBeCloseTo(coefficient, 8);
  });

  it("finds an exact linear function", () => {
    const rows = [[1, 2], [3, -1], [0, 5], [2, 2], [-4, 1]];
    const { intercept, coefficients } = ridgeRegression(rows, rows.map(([x, y]) => 3 + 2 * x! - y!));
    expect(intercept).toBeCloseTo(3, 5);
    expect(coefficients).toEqual([expect.closeTo(2, 5), expect.closeTo(-1, 5)]);
  });

  it("does not depend on where features begin, nor on the order of rows", () => {
    const { features, targets } = golden[1]!;
    const fit = ridgeRegression(features, targets);
    const moved = ridgeRegression(features.map((row) => row.map((value, i) => value + 10 * i)).reverse(), [...targets].reverse());
    expect(moved.intercept + dot(moved.coefficients, features[0]!.map((value, i) => value + 10 * i))).toBeCloseTo(fit.intercept + dot(fit.coefficients, features[0]!), 8);
  });

  it("gives the mean where features say nothing", () => {
    expect(ridgeRegression([[1, 1], [1, 1], [1, 1]], [1, 2, 6])).toMatchObject({ intercept: expect.closeTo(3, 12), coefficients: [0, 0] });
    expect(ridgeRegression([[], [], []], [1, 2, 6])).toMatchObject({ intercept: expect.closeTo(3, 12), coefficients: [], leaveOneOutError: expect.closeTo((9 + 2.25 + 20.25) / 3, 9) });
  });
});
