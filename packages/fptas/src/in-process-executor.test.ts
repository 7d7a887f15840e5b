import { type ArchTuple } from "@bort/arch";
import { describe, expect, it } from "vitest";
import { inProcessExecutor } from "./in-process-executor.js";
import { type Objectives } from "./objectives.js";
import { type TrialReport, type TrialRequest } from "./trial-executor.js";

const requests: readonly TrialRequest<number>[] = [{ id: 4, arch: [2, 1, 8, 8], theta: 10 }, { id: 7, arch: [1, 1, 8, 8], theta: 20, steps: 9 }];

async function reportsOf(error: Objectives<number>["error"], signal: AbortSignal = new AbortController().signal): Promise<TrialReport[]> {
  const reports: TrialReport[] = [];
  for await (const report of inProcessExecutor({ error }).run(requests, { signal })) reports.push(report);
  return reports;
}

describe("inProcessExecutor", () => {
  it("makes one trial after another, and reports in plain JSON", async () => {
    const reports = await reportsOf(async ([depth], theta, { onStep, steps = 1 }) => {
      onStep({ step: 1, steps, loss: depth });
      return theta;
    });
    expect(reports).toEqual([
      { type: "progress", id: 4, step: { step: 1, steps: 1, loss: 2 } }, { type: "finished", id: 4, error: 10, seconds: expect.any(Number) },
      { type: "progress", id: 7, step: { step: 1, steps: 9, loss: 1 } }, { type: "finished", id: 7, error: 20, seconds: expect.any(Number) },
    ]);
    expect(JSON.parse(JSON.stringify(reports))).toEqual(reports);
  });

  it.each([NaN, Infinity])("fails a trial whose error is %s, which JSON cannot hold", async (bad) => {
    const [first, second] = await reportsOf(async ([depth]: ArchTuple) => (depth === 2 ? bad : 1));
    expect(first).toMatchObject({ type: "failed", id: 4, reason: expect.stringContaining(String(bad)) });
    expect(second).toMatchObject({ type: "finished", id: 7 });
  });

  it("throws what a trial throws, and begins none after an abort", async () => {
    await expect(reportsOf(() => Promise.reject(new RangeError("no memory")))).rejects.toThrow("no memory");
    await expect(reportsOf(() => { throw new Error("begun"); }, AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
  });
});
