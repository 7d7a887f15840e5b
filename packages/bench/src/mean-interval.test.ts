import { random } from "@bort/data";
import { describe, expect, it } from "vitest";
import { meanInterval } from "./mean-interval.js";

describe("meanInterval", () => {
  it("is the mean with 4.303 standard errors to either side, of three numbers", () => {
    const { mean, low, high, level, count } = meanInterval([0.7, 0.8, 0.96]);
    const error = Math.sqrt(((0.7 - 0.82) ** 2 + (0.8 - 0.82) ** 2 + (0.96 - 0.82) ** 2) / 2 / 3);
    expect([mean, level, count]).toEqual([expect.closeTo(0.82, 12), 0.95, 3]);
    expect([mean - low, high - mean].map((width) => width / error)).toEqual([expect.closeTo(4.30265, 5), expect.closeTo(4.30265, 5)]);
  });

  it("covers the expected value as often as it says", () => {
    const rng = random(5, "interval");
    const draws = Array.from({ length: 4000 }, () => meanInterval(Array.from({ length: 3 }, () => 7 + 2 * rng.normal()), 0.8));
    const covered = draws.filter(({ low, high }) => low <= 7 && 7 <= high).length / draws.length;
    expect(Math.abs(covered - 0.8)).toBeLessThan(0.03); // Over 4 standard errors.
  });

  it("is a point where all are equal, and needs two", () => {
    expect(meanInterval([0.5, 0.5])).toMatchObject({ mean: 0.5, low: 0.5, high: 0.5 });
    expect(() => meanInterval([1])).toThrow(expect.objectContaining({ code: "bench/bad-option" }));
  });
});
