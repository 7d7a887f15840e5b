import { random } from "@bort/data";
import { describe, expect, it } from "vitest";
import { rankInterval } from "./rank-interval.js";

const rng = random(3, "pairs");
const first = Array.from({ length: 12 }, () => rng.normal());
const noisy = (noise: number): number[] => first.map((value) => value + noise * rng.normal());

describe("rankInterval", () => {
  it("is a point where ranks agree, and has the correlation within it where they do not", () => {
    expect(rankInterval(first, first.map(Math.exp))).toMatchObject({ spearman: 1, low: expect.closeTo(1, 12), high: 1, level: 0.95, resamples: 10_000 });
    const { spearman, low, high } = rankInterval(first, noisy(0.5));
    expect(low).toBeLessThan(spearman);
    expect(spearman).toBeLessThan(high);
    expect(high).toBeLessThanOrEqual(1);
  });

  it("is wider for fewer pairs and for a higher level, and is that of its seed", () => {
    const other = noisy(0.7);
    const width = (count: number, level = 0.95): number => {
      const { low, high } = rankInterval(first.slice(0, count), other.slice(0, count), { level });
      return high - low;
    };
    expect(width(5)).toBeGreaterThan(width(12));
    expect(width(12, 0.99)).toBeGreaterThan(width(12, 0.8));
    expect(rankInterval(first, other, { seed: 1 })).toEqual(rankInterval(first, other, { seed: 1 }));
    expect(rankInterval(first, other, { seed: 1, resamples: 50 })).not.toEqual(rankInterval(first, other, { seed: 2, resamples: 50 }));
  });

  it("is NaN where one side is constant", () => {
    expect(rankInterval(first, first.map(() => 1), { resamples: 10 })).toMatchObject({ spearman: Number.NaN, low: Number.NaN, high: Number.NaN });
  });
});
