import { formatTuple, gridSpace } from "@bort/arch";
import { random } from "@bort/data";
import { processExecutor, type ProcessExecutorOptions, type TrialReport } from "@bort/trials";
import { describe, expect, it } from "vitest";
import { errorOf } from "../test-fixtures/trials.mjs";
import { exhaustiveSearch } from "./exhaustive-search.js";
import { type TrainingStep } from "./objectives.js";
import { type SearchExecutor, searchExecutor, type TrainingTask } from "./search-executor.js";
import { type SearchOptions, type SearchResult } from "./search.js";
import { followed, toyMaximumPoint, toyObjectives, type ToyTheta } from "./toy-search.js";

const module = new URL("../test-fixtures/trials.mjs", import.meta.url);

interface ToyInput {
  readonly milliseconds?: number;
  readonly ways?: Readonly<Record<string, string>>;
}

const executor = (input: ToyInput, options: Partial<ProcessExecutorOptions<ToyInput>> = {}): SearchExecutor<ToyTheta> =>
  processExecutor({ module, exportName: "toyTrial", input, workers: 2, threads: 1, ...options });

const options: SearchOptions<ToyTheta> = {
  space: gridSpace({ depth: [1, 2], heads: [1, 2], hidden: [8], intermediate: [8, 16] }),
  maximumPoint: toyMaximumPoint, hyperparameters: [{ rate: 1 }], objectives: toyObjectives(errorOf),
};
const four = { ...options, space: gridSpace({ depth: [1, 2], heads: [1], hidden: [8], intermediate: [8, 16] }) };
const untimed = ({ trials, failed, ...rest }: SearchResult): unknown =>
  ({ ...rest, trials: trials.map((trial) => ({ ...trial, seconds: 0 })), failed: failed.map((trial) => ({ ...trial, seconds: 0 })) });

describe("a search with an executor", () => {
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
    const shuffled: SearchExecutor<ToyTheta> = {
      async *run(requests) {
        for (const { id, task: { arch, theta } } of random(3, "arrival").shuffle([...requests])) yield { type: "finished", id, result: errorOf(arch, theta), seconds: 1 };
      },
    };
    const arrived = await followed(exhaustiveSearch({ ...options, hyperparameters, executor: shuffled }));
    expect(untimed(arrived.result)).toEqual(untimed(result));
    const indices = arrived.events.flatMap((event) => (event.type === "trial" ? [event.index] : []));
    expect(indices).not.toEqual([...indices].sort((a, b) => a - b));
  });

  it("keeps ties in the order of the plan, not of arrival", async () => {
    const backwards: SearchExecutor<ToyTheta> = {
      async *run(requests) {
        for (const { id } of [...requests].reverse()) yield { type: "finished", id, result: 1, seconds: 1 };
      },
    };
    const objectives = { ...options.objectives, parameters: () => 1, latenciesMs: async (archs: readonly unknown[]) => archs.map(() => 1) };
    const { result } = await followed(exhaustiveSearch({ ...options, objectives, executor: backwards }));
    expect(result.trials.map(({ arch }) => arch)).toEqual([...options.space]);
  });

  it("passes steps on, and records a training that throws or diverges as failed", async () => {
    const ways = { "1:1,1,8,8": "throws", "1:2,1,8,8": "diverges" };
    const { events, result } = await followed(exhaustiveSearch({ ...four, executor: executor({ ways }, { threads: 7 }) }));
    const steps = events.flatMap((event) => (event.type === "step" && event.index === 2 ? [event] : []));
    expect(steps).toMatchObject([1, 2].map((step) => ({ of: 4, arch: [1, 1, 8, 16], theta: 0, step: { step, steps: 2, loss: 7 } })));
    expect(Object.fromEntries(result.failed.map(({ arch, reason }) => [formatTuple(arch), reason]))).toEqual({
      "1,1,8,8": "it threw: no such training", "2,1,8,8": "its error is NaN, not a finite number of 0 or more",
    });
    expect(result.trials).toHaveLength(2);
  });

  it("records nothing of trainings under way when it is aborted", async () => {
    const stop = new AbortController();
    const seen: string[] = [];
    const consume = async (): Promise<void> => {
      for await (const event of exhaustiveSearch({ ...options, signal: stop.signal, executor: executor({ milliseconds: 60_000 }) })) {
        seen.push(event.type);
        if (event.type === "step" && event.index === 2) stop.abort(new Error("enough"));
      }
    };
    await expect(consume()).rejects.toThrow("enough");
    expect(seen).not.toContain("trial");
  });
});

describe("searchExecutor", () => {
  it("trains with the seed and the steps that it is asked for, and passes what error throws", async () => {
    const tasks: TrainingTask<number>[] = [{ arch: [2, 1, 8, 8], theta: 10 }, { arch: [1, 1, 8, 8], theta: 20, steps: 9, seed: 2 }];
    const run = async (error: (theta: number) => number): Promise<TrialReport<TrainingStep, number>[]> => {
      const reports: TrialReport<TrainingStep, number>[] = [];
      const executor = searchExecutor<number>({
        error: async ([depth], theta, { onStep, steps = 1, seed = 0 }) => {
          onStep({ step: 1, steps, loss: depth + seed });
          return error(theta);
        },
      });
      for await (const report of executor.run(tasks.map((task, id) => ({ id, task })), { signal: new AbortController().signal })) reports.push(report);
      return reports;
    };
    expect(await run((theta) => theta)).toEqual([
      { type: "progress", id: 0, progress: { step: 1, steps: 1, loss: 2 } }, { type: "finished", id: 0, result: 10, seconds: expect.any(Number) },
      { type: "progress", id: 1, progress: { step: 1, steps: 9, loss: 3 } }, { type: "finished", id: 1, result: 20, seconds: expect.any(Number) },
    ]);
    await expect(run(() => { throw new RangeError("no memory"); })).rejects.toThrow("no memory");
  });
});

describe("a search whose executor does not keep its word", () => {
  const telling = (...reports: TrialReport<TrainingStep, number>[]): SearchExecutor<ToyTheta> => ({ async *run() { yield* reports; } });
  const finished = (id: number): TrialReport<TrainingStep, number> => ({ type: "finished", id, result: 1, seconds: 1 });

  it.each([
    ["no outcome", telling(), "got 0 for 8"],
    ["a trial that nobody asked for", telling(finished(9)), "got trial 9"],
    ["two outcomes of one trial", telling(finished(1), finished(1)), "got trial 1"],
  ])("says so: %s", async (_, faulty, text) => {
    await expect(followed(exhaustiveSearch({ ...options, executor: faulty }))).rejects.toMatchObject({ code: "fptas/bad-executor", message: expect.stringContaining(text) });
  });
});
