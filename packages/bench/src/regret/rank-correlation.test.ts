import { random } from "@bort/data";
import { describe, expect, it } from "vitest";
import { partialRankCorrelation, rankCorrelation, ranksOf } from "./rank-correlation.js";

it("gives equal values the mean of their ranks", () => {
  expect(ranksOf([30, 10, 20, 10, 10])).toEqual([5, 2, 4, 2, 2]);
});

describe("rankCorrelation", () => {
  it("sees order alone", () => {
    expect(rankCorrelation([1, 2, 3, 4], [1, 8, 27, 64])).toBeCloseTo(1, 12);
    expect(rankCorrelation([1, 2, 3, 4], [9, 7, 5, 0])).toBeCloseTo(-1, 12);
  });

  it("is 1 - 6 sum d^2 / (n (n^2 - 1)) without ties", () => {
    // Ranks 1 2 3 4 5 against 2 1 4 3 5: four differences of 1.
    expect(rankCorrelation([1, 2, 3, 4, 5], [20, 10, 40, 30, 50])).toBeCloseTo(1 - (6 * 4) / (5 * 24), 12);
  });

  it("is Pearson's of the shared ranks with ties, and NaN of a constant", () => {
    // Ranks 1.5 1.5 3 against 1 2 3, centred -.5 -.5 1 and -1 0 1: 1.5 / sqrt(1.5 * 2).
    expect(rankCorrelation([5, 5, 9], [1, 2, 3])).toBeCloseTo(1.5 / Math.sqrt(3), 12);
    expect(rankCorrelation([5, 5, 5], [1, 2, 3])).toBeNaN();
  });
});

describe("partialRankCorrelation", () => {
  const rng = random(3);
  const noise = (): number[] => Array.from({ length: 40 }, () => rng.uniform());
  const [x, y, z] = [noise(), noise(), noise()];

  it("is the textbook formula for one variable", () => {
    const [xy, xz, yz] = [rankCorrelation(x, y), rankCorrelation(x, z), rankCorrelation(y, z)];
    expect(partialRankCorrelation(x, y, [z])).toBeCloseTo((xy - xz * yz) / Math.sqrt((1 - xz ** 2) * (1 - yz ** 2)), 12);
  });

  it("leaves nothing of what the others explain, and does not count one of them twice", () => {
    expect(partialRankCorrelation(x, y, [x])).toBeNaN();
    const increasing = z.map((value) => Math.exp(5 * value));
    expect(partialRankCorrelation(x, y, [z, increasing])).toBeCloseTo(partialRankCorrelation(x, y, [z]), 12);
  });

  it("finds a common cause behind a correlation", () => {
    const cause = Array.from({ length: 400 }, (_, i) => i);
    const [a, b] = [cause.map((value) => value + 40 * rng.normal()), cause.map((value) => value + 40 * rng.normal())];
    expect(rankCorrelation(a, b)).toBeGreaterThan(0.7);
    expect(Math.abs(partialRankCorrelation(a, b, [cause]))).toBeLessThan(0.15);
  });
});
