import { describe, expect, it } from "vitest";
import { measureLatency, medianInterval } from "./measure-latency.js";

/** Candidates that take the given times in turn on a clock that only they move, and a log of who ran. */
function simulated(times: Record<string, readonly number[]>) {
  let now = 1000;
  const log: string[] = [];
  const candidates = Object.fromEntries(Object.entries(times).map(([name, list]) => {
    let call = 0;
    return [name, async () => { log.push(name); now += list[call++ % list.length]!; }];
  }));
  return { candidates, log, clock: () => now };
}

describe("measureLatency", () => {
  it("runs the candidates in turn, warm-up first", async () => {
    const { candidates, log, clock } = simulated({ a: [1], b: [2], c: [3] });
    const result = await measureLatency(candidates, { warmUp: 1, repeats: 2, clock });
    expect(log.join("")).toBe("abcabcabc");
    expect(Object.keys(result)).toEqual(["a", "b", "c"]);
    expect(result["b"]).toMatchObject({ medianMs: 2, meanMs: 2, repeats: 2, discarded: 0, samplesMs: [2, 2] });
  });

  it("has 3 rounds of warm-up and 15 repeats unless told", async () => {
    const { candidates, log, clock } = simulated({ only: [100, 100, 100, ...Array.from({ length: 15 }, (_, i) => i + 1)] });
    const { only } = await measureLatency(candidates, { clock });
    expect(log).toHaveLength(18);
    // Of 15 sorted samples the 4th and the 12th: 1 - 2 (1 + 15 + 105 + 455) / 2^15.
    expect(only).toMatchObject({ medianMs: 8, meanMs: 8, lowMs: 4, highMs: 12, repeats: 15, discarded: 0 });
    expect(only!.confidence).toBeCloseTo(1 - 1152 / 32768, 12);
  });

  it("leaves outliers out of the mean alone", async () => {
    // Median 11, MAD 1: outliers begin above 11 + 7.413.
    const { candidates, clock } = simulated({ a: [10, 11, 12, 10, 12, 11, 18.5] });
    const { a } = await measureLatency(candidates, { warmUp: 0, repeats: 7, clock });
    expect(a).toMatchObject({ medianMs: 11, meanMs: 11, lowMs: 10, highMs: 18.5, discarded: 1 });
    const closer = simulated({ a: [10, 11, 12, 10, 12, 11, 18.4] });
    expect((await measureLatency(closer.candidates, { warmUp: 0, repeats: 7, clock: closer.clock }))["a"]!.discarded).toBe(0);
  });

  it("discards nothing where most repeats are equal, nor fast ones", async () => {
    const { candidates, clock } = simulated({ equal: [5, 5, 5, 6], fast: [10, 11, 12, 0.1] });
    const { equal, fast } = await measureLatency(candidates, { warmUp: 0, repeats: 4, clock });
    expect(equal).toMatchObject({ medianMs: 5, meanMs: 5.25, discarded: 0 });
    expect(fast).toMatchObject({ medianMs: 10.5, discarded: 0 });
  });

  it("goes on until every interval is as narrow as asked for", async () => {
    // Of 15 repeats the 4th and the 12th are 13 and 21; of 30, with 15 even ones, the 10th and the 21st lie among the even.
    const times = [...Array.from({ length: 15 }, (_, i) => 10 + i), ...Array.from({ length: 15 }, () => 17)];
    const { candidates, log, clock } = simulated({ uneven: times, even: [5] });
    const { uneven: settled, even } = await measureLatency(candidates, { warmUp: 0, targetWidth: 0.05, clock });
    expect(log).toHaveLength(60);
    expect(settled).toMatchObject({ repeats: 30, medianMs: 17, lowMs: 17, highMs: 17, relativeWidth: 0 });
    expect(even!.repeats).toBe(30);
  });

  it("ends at the limit where an interval stays too wide, and tells its width", async () => {
    const { candidates, clock } = simulated({ a: [10, 30] });
    const { a } = await measureLatency(candidates, { warmUp: 0, repeats: 8, targetWidth: 0.1, mostRepeats: 20, clock });
    expect(a).toMatchObject({ repeats: 20, medianMs: 20, lowMs: 10, highMs: 30, relativeWidth: 1 });
    const tenfold = simulated({ a: [10, 30] });
    expect((await measureLatency(tenfold.candidates, { warmUp: 0, repeats: 8, targetWidth: 0.1, clock: tenfold.clock }))["a"]!.repeats).toBe(80);
  });

  it("does not take the narrow interval of too few repeats for a precise one", async () => {
    const { candidates, clock } = simulated({ a: [7] });
    const { a } = await measureLatency(candidates, { repeats: 2, targetWidth: 0.1, clock });
    expect(a).toMatchObject({ repeats: 6, relativeWidth: 0 });
    expect(a!.confidence).toBeGreaterThanOrEqual(0.95);
  });

  it("measures real time by default", async () => {
    const { wait } = await measureLatency({ wait: () => new Promise<void>((done) => setTimeout(done, 5)) }, { warmUp: 0, repeats: 1 });
    expect(wait.medianMs).toBeGreaterThan(3);
    expect(wait.confidence).toBe(0);
  });

  it("stops at the signal, and when a candidate fails", async () => {
    const controller = new AbortController();
    let calls = 0;
    const candidates = { a: async () => { if (++calls === 2) controller.abort(new Error("enough")); } };
    await expect(measureLatency(candidates, { signal: controller.signal })).rejects.toThrow("enough");
    expect(calls).toBe(2);
    await expect(measureLatency({ a: () => Promise.reject(new Error("broken")) })).rejects.toThrow("broken");
  });

  it.each([{ repeats: 0 }, { repeats: 1.5 }, { warmUp: -1 }, { warmUp: Number.NaN }, { targetWidth: 0 }, { targetWidth: Number.NaN }, { mostRepeats: 14 }])("refuses %j", async (options) => {
    await expect(measureLatency({ a: async () => {} }, options)).rejects.toMatchObject({ code: "nn/bad-option" });
  });

  it("needs a candidate", async () => {
    await expect(measureLatency({})).rejects.toMatchObject({ code: "nn/bad-option" });
  });
});

describe("medianInterval", () => {
  // Ranks as in tables of the sign test at the two-sided 5% level, plus one.
  it.each([[6, 1], [8, 1], [9, 2], [11, 2], [12, 3], [15, 4], [20, 6], [25, 8], [50, 18], [100, 40]])("of %i samples begins at rank %i", (count, rank) => {
    expect(medianInterval(count).rank).toBe(rank);
    expect(medianInterval(count).confidence).toBeGreaterThanOrEqual(0.95);
  });

  it.each([[1, 0], [2, 0.5], [5, 0.9375]])("of %i samples is their range, with coverage %d", (count, confidence) => {
    expect(medianInterval(count).rank).toBe(1);
    expect(medianInterval(count).confidence).toBeCloseTo(confidence, 12);
  });

  it("of more samples than 2^-count can count has the width that the normal distribution gives", () => {
    // Rank of 10,000 samples: 5,000 - 1.96 sqrt(10,000) / 2, to the unit.
    const { rank, confidence } = medianInterval(10_000);
    expect(Math.abs(rank - (5_000 - 98))).toBeLessThanOrEqual(1);
    expect(confidence).toBeGreaterThanOrEqual(0.95);
    expect(confidence).toBeLessThan(0.952);
  });
});
