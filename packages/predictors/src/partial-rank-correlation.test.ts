import { random } from "@bort/data";
import { describe, expect, it } from "vitest";
import { spearmanCorrelation } from "./correlation.js";
import { partialRankCorrelation } from "./partial-rank-correlation.js";

describe("partialRankCorrelation", () => {
  const rng = random(3);
  const noise = (): number[] => Array.from({ length: 40 }, () => rng.uniform());
  const [x, y, z] = [noise(), noise(), noise()];

  it("is Spearman's where nothing is accounted for", () => {
    expect(partialRankCorrelation(x, y, [])).toBeCloseTo(spearmanCorrelation(x, y), 12);
    expect(partialRankCorrelation([5, 5, 5], [1, 2, 3], [])).toBeNaN();
  });

  it("is the textbook formula for one variable", () => {
    const [xy, xz, yz] = [spearmanCorrelation(x, y), spearmanCorrelation(x, z), spearmanCorrelation(y, z)];
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
    expect(spearmanCorrelation(a, b)).toBeGreaterThan(0.7);
    expect(Math.abs(partialRankCorrelation(a, b, [cause]))).toBeLessThan(0.15);
  });

  it("refuses lists of several lengths", () => {
    expect(() => partialRankCorrelation(x, y, [[1, 2]])).toThrow(expect.objectContaining({ code: "predictors/lengths-differ" }));
  });
});
