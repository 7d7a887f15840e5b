import { random } from "@bort/data";
import { describe, expect, it } from "vitest";
import { type MaximumPoint, rejectionOf, type Surrogates, wCoefficient } from "./w-coefficient.js";

const robertaLarge: MaximumPoint = { parameters: 355e6, latencyMs: 6170 };

function score(candidate: Surrogates, maximumPoint: MaximumPoint = robertaLarge): number {
  const result = wCoefficient(candidate, maximumPoint);
  if (result.status !== "scored") throw new Error(result.reason);
  return result.w;
}

describe("wCoefficient on Bort's Table 1", () => {
  // The factor before 1/e, and the error that the printed W then implies.
  it.each([
    ["A1", 56.14e6, 308, 0.7998, 8.6, 0.0930],
    ["A2", 35.20e6, 314, 0.8550, 7.5, 0.1140],
    ["A3", 35.20e6, 318, 0.8544, 6.6, 0.1295],
    ["BERT-base", 110e6, 2416, 0.4199, 0.7, 0.5999],
  ])("%s", (_, parameters, latencyMs, factor, printed, error) => {
    expect(score({ parameters, latencyMs, error: 1 })).toBeCloseTo(factor, 4);
    expect(score({ parameters, latencyMs, error })).toBeCloseTo(printed, 2);
    expect(score({ parameters, latencyMs, error: 1 }) / printed).toBeCloseTo(error, 4);
  });
});

describe("wCoefficient", () => {
  const T: MaximumPoint = { parameters: 100, latencyMs: 10 };

  it("is the formula of eq. 2", () => {
    expect(score({ parameters: 40, latencyMs: 2.5, error: 0.3 }, T)).toBeCloseTo(((100 - 40) * (10 - 2.5)) / (100 * 10 * 0.3), 12);
  });

  it("is 0 at the maximum point itself", () => {
    expect(wCoefficient({ ...T, error: 0.5 }, T)).toEqual({ status: "scored", w: 0 });
  });

  it("grows as any surrogate shrinks", () => {
    const rng = random(1, "w");
    for (let i = 0; i < 200; i++) {
      const candidate = { parameters: 99 * rng.uniform(), latencyMs: 9.9 * rng.uniform(), error: 0.01 + rng.uniform() };
      const w = score(candidate, T);
      for (const key of ["parameters", "latencyMs", "error"] as const) {
        expect(score({ ...candidate, [key]: candidate[key] * 0.9 }, T)).toBeGreaterThan(w);
      }
    }
  });

  it("floors the error, at 1e-7 unless told otherwise", () => {
    const perfect = { parameters: 0, latencyMs: 0, error: 0 };
    expect(score(perfect, T)).toBe(1e7);
    expect(score({ ...perfect, error: -1e-9 }, T)).toBe(1e7);
    expect(wCoefficient(perfect, T, { errorFloor: 0.5 })).toEqual({ status: "scored", w: 2 });
  });

  it.each([NaN, Infinity, -Infinity, -0.1])("fails an error of %s", (error) => {
    expect(wCoefficient({ parameters: 1, latencyMs: 1, error }, T)).toMatchObject({ status: "failed", reason: expect.stringContaining(String(error)) });
  });

  it("rejects what lies beyond the maximum point, in both surrogates too", () => {
    expect(wCoefficient({ parameters: 101, latencyMs: 1, error: 1 }, T)).toEqual({ status: "rejected", reason: "more-parameters" });
    expect(wCoefficient({ parameters: 1, latencyMs: 10.1, error: 1 }, T)).toEqual({ status: "rejected", reason: "slower" });
    expect(wCoefficient({ parameters: 200, latencyMs: 20, error: 1 }, T)).toEqual({ status: "rejected", reason: "more-parameters" });
    expect(rejectionOf({ parameters: 100, latencyMs: 10 }, T)).toBeUndefined();
  });

  it.each([
    ["fptas/bad-maximum-point", { parameters: 1, latencyMs: 1, error: 1 }, { parameters: 0, latencyMs: 1 }, 1e-7],
    ["fptas/bad-maximum-point", { parameters: 1, latencyMs: 1, error: 1 }, { parameters: 1, latencyMs: NaN }, 1e-7],
    ["fptas/bad-objective", { parameters: 1, latencyMs: NaN, error: 1 }, T, 1e-7],
    ["fptas/bad-objective", { parameters: -1, latencyMs: 1, error: 1 }, T, 1e-7],
    ["fptas/bad-error-floor", { parameters: 1, latencyMs: 1, error: 1 }, T, 0],
  ])("throws %s", (code, candidate, maximumPoint, errorFloor) => {
    expect(() => wCoefficient(candidate, maximumPoint, { errorFloor })).toThrow(expect.objectContaining({ code }));
  });
});
