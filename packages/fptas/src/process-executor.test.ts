import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatTuple, gridSpace } from "@bort/arch";
import { random } from "@bort/data";
import { afterAll, describe, expect, it } from "vitest";
import { errorOf } from "../test-fixtures/trials.mjs";
import { exhaustiveSearch } from "./exhaustive-search.js";
import { processExecutor, type ProcessExecutorOptions } from "./process-executor.js";
import { type SearchOptions, type SearchResult } from "./search.js";
import { followed, toyMaximumPoint, toyObjectives, type ToyTheta } from "./toy-search.js";
import { type TrialExecutor, type TrialReport } from "./trial-executor.js";

const folder = mkdtempSync(join(tmpdir(), "bort-trials-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const module = new URL("../test-fixtures/trials.mjs", import.meta.url);

interface ToyInput {
  readonly milliseconds?: number;
  readonly diary?: string;
  readonly ways?: Readonly<Record<string, string>>;
}

const executor = (input: ToyInput, options: Partial<ProcessExecutorOptions<ToyInput>> = {}): TrialExecutor<ToyTheta> =>
  processExecutor({ module, exportName: "toyTrial", input, workers: 2, threads: 1, ...options });

const options: SearchOptions<ToyTheta> = {
  space: gridSpace({ depth: [1, 2], heads: [1, 2], hidden: [8], intermediate: [8, 16] }),
  maximumPoint: toyMaximumPoint, hyperparameters: [{ rate: 1 }], objectives: toyObjectives(errorOf),
};
const four = { ...options, space: gridSpace({ depth: [1, 2], heads: [1], hidden: [8], intermediate: [8, 16] }) };
const lines = (diary: string): string[] => readFileSync(diary, "utf8").trimEnd().split("\n");
const untimed = ({ trials, failed, ...rest }: SearchResult): unknown =>
  ({ ...rest, trials: trials.map((trial) => ({ ...trial, seconds: 0 })), failed: failed.map((trial) => ({ ...trial, seconds: 0 })) });

describe("processExecutor", () => {
  it("gives the result that one process alone gives, whatever the workers", async () => {
    const { result: expected } = await followed(exhaustiveSearch(four));
    for (const workers of [1, 3]) {
      const { result } = await followed(exhaustiveSearch({ ...four, executor: executor({}, { workers }) }));
      expect(untimed(result)).toEqual(untimed(expected));
    }
  });

  it("gives that result in whatever order the outcomes arrive", async () => {
    const hyperparameters = [{ rate: 1 }, { rate: 2 }];
    const { result } = await followed(exhaustiveSearch({ ...options, hyperparameters }));
    const shuffled: TrialExecutor<ToyTheta> = {
      async *run(requests) {
        for (const { id, arch, theta } of random(3, "arrival").shuffle([...requests])) yield { type: "finished", id, error: errorOf(arch, theta), seconds: 1 };
      },
    };
    const arrived = await followed(exhaustiveSearch({ ...options, hyperparameters, executor: shuffled }));
    expect(untimed(arrived.result)).toEqual(untimed(result));
    const indices = arrived.events.flatMap((event) => (event.type === "trial" ? [event.index] : []));
    expect(indices).not.toEqual([...indices].sort((a, b) => a - b));
  });

  it("keeps ties in the order of the plan, not of arrival", async () => {
    const backwards: TrialExecutor<ToyTheta> = {
      async *run(requests) {
        for (const { id } of [...requests].reverse()) yield { type: "finished", id, error: 1, seconds: 1 };
      },
    };
    const objectives = { ...options.objectives, parameters: () => 1, latenciesMs: async (archs: readonly unknown[]) => archs.map(() => 1) };
    const { result } = await followed(exhaustiveSearch({ ...options, objectives, executor: backwards }));
    expect(result.trials.map(({ arch }) => arch)).toEqual([...options.space]);
  });

  it("runs as many trials at a time as there are workers, and no more", async () => {
    const diary = join(folder, "workers");
    await followed(exhaustiveSearch({ ...four, executor: executor({ diary, milliseconds: 2000 }, { workers: 3 }) }));
    let running = 0;
    const loads = lines(diary).map((line) => (line.startsWith("begin") ? ++running : --running));
    expect(Math.max(...loads)).toBe(3);
    expect(loads).toHaveLength(8);
  });

  it("passes progress on, and gives every trial its share of threads", async () => {
    const { events } = await followed(exhaustiveSearch({ ...four, executor: executor({}, { threads: 7 }) }));
    const steps = events.flatMap((event) => (event.type === "step" && event.index === 2 ? [event] : []));
    expect(steps).toMatchObject([1, 2].map((step) => ({ of: 4, arch: [1, 1, 8, 16], theta: 0, step: { step, steps: 2, loss: 7 } })));
  });

  it("records a trial that throws, exits, crashes, diverges or runs out of time as failed, and goes on", async () => {
    const ways = { "1:1,1,8,8": "throws", "1:1,1,8,16": "exits", "1:1,2,8,8": "crashes", "1:1,2,8,16": "hangs", "1:2,1,8,8": "diverges" };
    const { result } = await followed(exhaustiveSearch({ ...options, executor: executor({ ways }, { timeLimitMs: 3000 }) }));
    expect(Object.fromEntries(result.failed.map(({ arch, reason }) => [formatTuple(arch), reason]))).toEqual({
      "1,1,8,8": "it threw: no such training",
      "1,1,8,16": "its process exited with code 3",
      "1,2,8,8": "its process was ended by SIGSEGV",
      "1,2,8,16": "it was not over within 3000 ms",
      "2,1,8,8": "its error is NaN, not a finite number of 0 or more",
    });
    expect(result.trials).toHaveLength(3);
  });

  it.each([
    ["a module that is not there", { module: new URL("absent.mjs", module) }, {}, "isolate/bad-module"],
    ["a function that is not there", { exportName: "absent" }, {}, "isolate/bad-module"],
    ["a result that cannot be sent", {}, { ways: { "1:1,1,8,8": "unclonable" } }, "isolate/not-cloneable"],
  ] as const)("ends the search over %s", async (_, changes, input, code) => {
    await expect(followed(exhaustiveSearch({ ...options, executor: executor(input, changes) }))).rejects.toMatchObject({ code });
  });

  it.each([{ workers: 0 }, { workers: 1.5 }, { threads: 0 }])("refuses %o", (changes) => {
    expect(() => executor({}, changes)).toThrow(expect.objectContaining({ code: "fptas/bad-option" }));
  });

  it("takes an abort to the children, and records nothing of them", async () => {
    const diary = join(folder, "aborted");
    const stop = new AbortController();
    const seen: string[] = [];
    const search = exhaustiveSearch({ ...options, signal: stop.signal, executor: executor({ diary, milliseconds: 60_000 }) });
    const consume = async (): Promise<void> => {
      for await (const event of search) {
        seen.push(event.type);
        if (event.type === "step" && event.index === 2) stop.abort(new Error("enough"));
      }
    };
    await expect(consume()).rejects.toThrow("enough");
    expect(seen).not.toContain("trial");
    await expect.poll(() => process.getActiveResourcesInfo(), { timeout: 10_000 }).not.toContain("ProcessWrap");
  });

  it("kills a child that does not heed an abort", async () => {
    const stop = new AbortController();
    const search = exhaustiveSearch({ ...options, signal: stop.signal, executor: executor({ ways: { "1:1,1,8,8": "hangs", "1:1,1,8,16": "hangs" } }, { abortGraceMs: 300 }) });
    const consume = async (): Promise<void> => {
      for await (const event of search) if (event.type === "step" && event.step.step === 2) setTimeout(() => stop.abort(new Error("enough")), 100);
    };
    await expect(consume()).rejects.toThrow("enough");
  });

  it("leaves no child behind when the consumer leaves", async () => {
    const diary = join(folder, "left");
    for await (const event of exhaustiveSearch({ ...four, executor: executor({ diary, milliseconds: 200 }) })) if (event.type === "trial") break;
    const noted = existsSync(diary) ? lines(diary).length : 0;
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(lines(diary)).toHaveLength(noted);
  });
});

describe("a search whose executor does not keep its word", () => {
  const telling = (...reports: TrialReport[]): TrialExecutor<ToyTheta> => ({ async *run() { yield* reports; } });
  const finished = (id: number): TrialReport => ({ type: "finished", id, error: 1, seconds: 1 });

  it.each([
    ["no outcome", telling(), "got 0 for 8"],
    ["a trial that nobody asked for", telling(finished(9)), "got trial 9"],
    ["two outcomes of one trial", telling(finished(1), finished(1)), "got trial 1"],
  ])("says so: %s", async (_, faulty, text) => {
    await expect(followed(exhaustiveSearch({ ...options, executor: faulty }))).rejects.toMatchObject({ code: "fptas/bad-executor", message: expect.stringContaining(text) });
  });
});
