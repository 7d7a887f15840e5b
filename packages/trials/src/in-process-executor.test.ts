import { describe, expect, it } from "vitest";
import { inProcessExecutor, type TrialContext } from "./in-process-executor.js";
import { type TrialReport } from "./trial-executor.js";

type Make = (task: string, context: TrialContext<string>) => Promise<number>;

async function reportsOf(make: Make, signal: AbortSignal = new AbortController().signal): Promise<TrialReport<string, number>[]> {
  const reports: TrialReport<string, number>[] = [];
  for await (const report of inProcessExecutor(make).run([{ id: 4, task: "long" }, { id: 7, task: "longer" }], { signal })) reports.push(report);
  return reports;
}

describe("inProcessExecutor", () => {
  it("makes one trial after another", async () => {
    const reports = await reportsOf(async (task, { onProgress }) => {
      onProgress(`begin ${task}`);
      return task.length;
    });
    expect(reports).toEqual([
      { type: "progress", id: 4, progress: "begin long" }, { type: "finished", id: 4, result: 4, seconds: expect.any(Number) },
      { type: "progress", id: 7, progress: "begin longer" }, { type: "finished", id: 7, result: 6, seconds: expect.any(Number) },
    ]);
  });

  it("throws what a trial throws, and begins none after an abort", async () => {
    await expect(reportsOf(() => Promise.reject(new RangeError("no memory")))).rejects.toThrow("no memory");
    await expect(reportsOf(() => { throw new Error("begun"); }, AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
  });

  it("goes on where an error fails one trial alone, and throws the others", async () => {
    const executor = inProcessExecutor<string, string, number>(async (task) => {
      throw task === "long" ? new RangeError("diverged") : new TypeError("no such file");
    }, { failure: (error) => (error instanceof RangeError ? error.message : undefined) });
    const reports: TrialReport<string, number>[] = [];
    const consume = async (): Promise<void> => {
      for await (const report of executor.run([{ id: 4, task: "long" }, { id: 7, task: "longer" }], { signal: new AbortController().signal })) reports.push(report);
    };
    await expect(consume()).rejects.toThrow("no such file");
    expect(reports).toEqual([{ type: "failed", id: 4, reason: "diverged", seconds: expect.any(Number) }]);
  });

  it("waits for the trial under way when its consumer leaves", async () => {
    let ended = false;
    const executor = inProcessExecutor<string, string, number>(async (_, { signal, onProgress }) => {
      onProgress("begun");
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      ended = true;
      return 1;
    });
    for await (const { type } of executor.run([{ id: 1, task: "" }], { signal: new AbortController().signal })) if (type === "progress") break;
    expect(ended).toBe(true);
  });
});
