import { describe, expect, it } from "vitest";
import { linearFit } from "./linear-fit.js";

describe("linearFit", () => {
  it("finds the line that points lie on", () => {
    const { intercept, slope, deviations } = linearFit([1, 2, 4, 8, 16].map((x) => [1e9 * x, 3 + 5 * x]));
    expect(intercept).toBeCloseTo(3, 6);
    expect(slope).toBeCloseTo(5e-9, 15);
    for (const deviation of deviations) expect(deviation).toBeCloseTo(0, 6);
  });

  it("weighs points by their relative error, which no other line makes smaller", () => {
    const points = [[1, 2], [2, 3.5], [4, 8], [8, 13], [16, 40]] as const;
    const error = (a: number, b: number): number => points.reduce((sum, [x, y]) => sum + ((a + b * x) / y - 1) ** 2, 0);
    const { intercept, slope } = linearFit(points);
    for (const [da, db] of [[0.01, 0], [-0.01, 0], [0, 0.01], [0, -0.01]] as const) expect(error(intercept + da, slope + db)).toBeGreaterThan(error(intercept, slope));
  });

  it("shows growth that is not linear", () => {
    const { deviations } = linearFit([1, 4, 16].map((x) => [x, x ** 2]));
    expect(Math.max(...deviations.map(Math.abs))).toBeGreaterThan(0.3);
  });
});
