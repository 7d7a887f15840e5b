import { random } from "@bort/data";
import { describe, expect, it } from "vitest";
import { monotoneFit } from "./monotone-fit.js";

describe("monotoneFit", () => {
  it("goes through points that rise already, straight between them and level beyond", () => {
    const fit = monotoneFit([[3, 30], [1, 10], [2, 12]]);
    expect([0, 1, 1.5, 2, 2.5, 3, 9].map(fit)).toEqual([10, 10, 11, 12, 21, 30, 30]);
  });

  it("takes the mean of neighbours that fall, as far back as they reach", () => {
    const fit = monotoneFit([[1, 1], [2, 5], [3, 4], [4, 0], [5, 9]]);
    expect([1, 2, 3, 4, 5].map(fit)).toEqual([1, 3, 3, 3, 9]);
  });

  it("takes the mean at one x", () => {
    const fit = monotoneFit([[1, 2], [1, 4], [2, 9], [1, 6]]);
    expect([1, 1.5, 2].map(fit)).toEqual([4, 6.5, 9]);
    expect([1, 2].map(monotoneFit([[1, 5], [2, 1], [2, 19]]))).toEqual([5, 10]);
  });

  it("never falls, and no other rising values are nearer to the points", () => {
    for (let seed = 0; seed < 50; seed++) {
      const rng = random(seed, "fit");
      const points = Array.from({ length: 12 }, (_, x) => [x, x + 6 * rng.normal()] as const);
      const fit = monotoneFit(points);
      const values = points.map(([x]) => fit(x));
      for (let i = 1; i < values.length; i++) expect(values[i]).toBeGreaterThanOrEqual(values[i - 1]! - 1e-12);
      const error = (of: readonly number[]): number => points.reduce((sum, [, y], i) => sum + (y - of[i]!) ** 2, 0);
      for (let other = 0; other < 20; other++) {
        const rising = values.map((value) => value + rng.normal()).sort((a, b) => a - b);
        expect(error(rising)).toBeGreaterThanOrEqual(error(values) - 1e-9);
      }
    }
  });

  it("is level where there is one point", () => expect([0, 5].map(monotoneFit([[3, 7]]))).toEqual([7, 7]));
});
