import { random } from "@bort/data";
import { describe, expect, it } from "vitest";
import { wCoefficient } from "./w-coefficient.js";
import { wInterval } from "./w-interval.js";

const T = { parameters: 100, latencyMs: 10 };
const size = { parameters: 40, latencyMs: 2.5 };
const wAt = (error: number): number => {
  const result = wCoefficient({ ...size, error }, T);
  return result.status === "scored" ? result.w : Number.NaN;
};

/** The share of intervals that cover the W of the expected error, over repeated draws of the seeds' errors. */
function coverage(seeds: number, level: number, draw: (rng: ReturnType<typeof random>) => number, expected: number): number {
  const rng = random(seeds, "coverage", level);
  const repeats = 2000;
  let covered = 0;
  for (let i = 0; i < repeats; i++) {
    const { low, high } = wInterval({ ...size, errors: Array.from({ length: seeds }, () => draw(rng)) }, T, { level });
    if (low <= wAt(expected) && wAt(expected) <= high) covered++;
  }
  return covered / repeats;
}

describe("wInterval", () => {
  it("is Student's interval of the mean error, seen through W", () => {
    // Mean 2, standard error 0.1 / sqrt(3), 4.302653 of them at 2 degrees of freedom.
    const interval = wInterval({ ...size, errors: [1.9, 2, 2.1] }, T);
    const half = (4.302652729911275 * 0.1) / Math.sqrt(3);
    expect(interval).toMatchObject({ level: 0.95, seeds: 3 });
    expect(interval.meanError).toBeCloseTo(2, 12);
    expect(interval.w).toBeCloseTo(wAt(2), 12);
    expect(interval.low).toBeCloseTo(wAt(2 + half), 10);
    expect(interval.high).toBeCloseTo(wAt(2 - half), 10);
  });

  // Three standard deviations of 2,000 draws are 0.015 at 0.95 and 0.02 at 0.9.
  it.each([[2, 0.95], [3, 0.95], [5, 0.9], [10, 0.95]])("of %i seeds with normal errors covers as often as its level %d says", (seeds, level) => {
    expect(Math.abs(coverage(seeds, level, (rng) => 3 + 0.2 * rng.normal(), 3) - level)).toBeLessThan(3 * Math.sqrt((level * (1 - level)) / 2000));
  });

  it("covers nearly as often where errors are skewed", () => {
    const sigma = 0.4;
    const covered = coverage(5, 0.95, (rng) => Math.exp(sigma * rng.normal()), Math.exp(sigma ** 2 / 2));
    expect(covered).toBeGreaterThan(0.9);
    expect(covered).toBeLessThan(0.965);
  });

  it("is a point where all seeds agree, and reaches to the floor where the error may be 0", () => {
    expect(wInterval({ ...size, errors: [2, 2] }, T)).toMatchObject({ low: wAt(2), w: wAt(2), high: wAt(2) });
    expect(wInterval({ ...size, errors: [0.1, 3] }, T, { errorFloor: 0.5 }).high).toBe(wAt(0.5));
  });

  it.each([
    ["fptas/bad-repeats", [2], 0.95, size],
    ["fptas/bad-repeats", [], 0.95, size],
    ["fptas/bad-level", [2, 3], 1, size],
    ["fptas/bad-level", [2, 3], Number.NaN, size],
    ["fptas/bad-objective", [2, Number.NaN], 0.95, size],
    ["fptas/bad-objective", [-2, 8], 0.95, size],
    ["fptas/bad-objective", [2, 3], 0.95, { parameters: 101, latencyMs: 1 }],
  ])("throws %s for errors %j at level %d", (code, errors, level, candidate) => {
    expect(() => wInterval({ ...candidate, errors }, T, { level })).toThrow(expect.objectContaining({ code }));
  });
});
