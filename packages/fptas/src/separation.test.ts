import { random } from "@bort/data";
import { describe, expect, it } from "vitest";
import { type Separation, separation } from "./separation.js";
import { type RepeatedCandidate } from "./w-interval.js";

const maximumPoint = { parameters: 100, latencyMs: 10 };
const small = { parameters: 20, latencyMs: 2 };
const large = { parameters: 60, latencyMs: 5 };
const separationOf = (first: RepeatedCandidate, second: RepeatedCandidate, level = 0.95): Separation => separation(first, second, { maximumPoint, level });

describe("separation", () => {
  it("is Welch's test", () => {
    // scipy 1.17.1: stats.ttest_ind(first, second, equal_var=False).pvalue.
    const { pValue, larger, separated } = separationOf({ ...small, errors: [2.1, 2, 2.3, 1.9] }, { ...small, errors: [2.4, 2.9, 2.5] });
    expect(pValue).toBeCloseTo(0.0523934770171905, 10);
    expect({ larger, separated }).toEqual({ larger: "first", separated: false });
  });

  it("weighs size and latency: the larger error wins where the network is small enough for it", () => {
    // 1 / W = e / 0.64 and e / 0.2.
    const result = separationOf({ ...small, errors: [3, 3.1, 2.9] }, { ...large, errors: [2, 2.1, 1.9] });
    expect(result.larger).toBe("first");
    expect(result.separated).toBe(true);
  });

  it("is the same question the other way round", () => {
    const [a, b] = [{ ...small, errors: [3, 3.4, 2.9] }, { ...large, errors: [1, 1.1, 0.9, 1.05] }];
    const [forward, backward] = [separationOf(a, b), separationOf(b, a)];
    expect(backward.pValue).toBeCloseTo(forward.pValue, 12);
    expect([forward.larger, backward.larger]).toContain("first");
    expect([forward.larger, backward.larger]).toContain("second");
  });

  it("finds a tie, and a difference without any spread", () => {
    expect(separationOf({ ...small, errors: [2, 2] }, { ...small, errors: [2, 2] })).toMatchObject({ larger: "neither", separated: false, pValue: 1 });
    expect(separationOf({ ...small, errors: [2, 3] }, { ...small, errors: [3, 2] })).toMatchObject({ larger: "neither", separated: false, pValue: 1 });
    expect(separationOf({ ...small, errors: [2, 2] }, { ...small, errors: [2.1, 2.1] })).toMatchObject({ larger: "first", separated: true, pValue: 0 });
  });

  it("has a place for the maximum point, whose W is 0", () => {
    expect(separationOf({ ...maximumPoint, errors: [1, 1.1] }, { ...small, errors: [5, 5.1] })).toMatchObject({ larger: "second", separated: true });
    expect(separationOf({ ...maximumPoint, errors: [1, 1.1] }, { ...maximumPoint, errors: [5, 5.1] })).toMatchObject({ larger: "neither", pValue: 1 });
  });

  it("separates equal candidates as rarely as its level says", () => {
    const rng = random(3, "separation");
    const errors = (scale: number): number[] => Array.from({ length: 4 }, () => scale * (4 + 0.3 * rng.normal()));
    let separated = 0;
    // 0.64 and 0.2 are the factors of 1 / e: with errors in the same ratio, both have the same W.
    for (let i = 0; i < 2000; i++) if (separationOf({ ...small, errors: errors(0.64) }, { ...large, errors: errors(0.2) }, 0.9).separated) separated++;
    expect(separated / 2000).toBeGreaterThan(0.07);
    expect(separated / 2000).toBeLessThan(0.12);
  });

  it.each([
    ["fptas/bad-repeats", { ...small, errors: [1] }, 0.95],
    ["fptas/bad-level", { ...small, errors: [1, 2] }, 0],
    ["fptas/bad-objective", { ...small, errors: [1, Infinity] }, 0.95],
    ["fptas/bad-objective", { parameters: 1, latencyMs: 11, errors: [1, 2] }, 0.95],
  ])("throws %s", (code, candidate, level) => {
    expect(() => separationOf({ ...small, errors: [1, 2] }, candidate, level)).toThrow(expect.objectContaining({ code }));
    expect(() => separationOf(candidate, { ...small, errors: [1, 2] }, level)).toThrow(expect.objectContaining({ code }));
  });
});
