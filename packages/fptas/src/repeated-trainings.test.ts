import { random } from "@bort/data";
import { type TrialReport, type TrialRequest } from "@bort/trials";
import { describe, expect, it } from "vitest";
import { exhaustiveSearch } from "./exhaustive-search.js";
import { extract } from "./extract.js";
import { type TrainingStep } from "./objectives.js";
import { type RepeatedReport, type RepeatedRequest, repeatedTrainings } from "./repeated-trainings.js";
import { type SearchExecutor, type TrainingTask } from "./search-executor.js";
import { type SearchOptions } from "./search.js";
import { type StepObservation } from "./step-observation.js";
import { followed, toyMaximumPoint, toyObjectives, toySpace, type ToyTheta } from "./toy-search.js";
import { wInterval } from "./w-interval.js";

type Request = TrialRequest<TrainingTask<string>>;
type Report = TrialReport<TrainingStep, number>;

const trials: readonly RepeatedRequest<string>[] = [{ index: 1, arch: [1, 1, 8, 8], theta: "slow" }, { index: 2, arch: [2, 1, 8, 8], theta: "slow", steps: 7 }];
const observation = (step: number): StepObservation => ({ step, learningRate: 0.1, loss: 3, gradientNorm: 1 });

async function reportsOf(seeds: number, answer: (requests: readonly Request[]) => Report[]): Promise<RepeatedReport[]> {
  const executor: SearchExecutor<string> = { async *run(requests) { yield* answer(requests); } };
  const reports: RepeatedReport[] = [];
  for await (const report of repeatedTrainings(executor, trials, { seeds, signal: new AbortController().signal })) reports.push(report);
  return reports;
}

const finished = ({ id, task: { seed = 0 } }: Request): Report => ({ type: "finished", id, result: 10 * id + seed, seconds: id });

describe("repeatedTrainings", () => {
  it("with one seed asks for the trial itself, and passes its outcome on", async () => {
    const asked: unknown[] = [];
    const reports = await reportsOf(1, (requests) => {
      asked.push(...requests);
      return requests.map(finished);
    });
    expect(asked).toEqual([{ id: 1, task: { arch: [1, 1, 8, 8], theta: "slow" } }, { id: 2, task: { arch: [2, 1, 8, 8], theta: "slow", steps: 7 } }]);
    expect(reports).toEqual([1, 2].map((index) => ({ type: "finished", index, errors: [10 * index], seconds: index, observations: [] })));
  });

  it("gives errors and observations seed by seed, in whatever order they come", async () => {
    const reports = await reportsOf(3, (requests) => {
      expect(new Set(requests.map(({ id }) => id)).size).toBe(6);
      return random(4, "arrival").shuffle([...requests]).flatMap((request): Report[] => [
        { type: "progress", id: request.id, progress: { step: 1, steps: 1, loss: 3, observation: observation(request.task.seed!) } }, finished(request),
      ]);
    });
    const outcomes = reports.filter(({ type }) => type === "finished").sort((a, b) => a.index - b.index);
    expect(outcomes).toMatchObject([
      { index: 1, errors: [10, 21, 32], seconds: 6, observations: [0, 1, 2].map(observation) }, { index: 2, errors: [40, 51, 62], seconds: 15 },
    ]);
    expect(reports.flatMap((report) => (report.type === "progress" && report.index === 2 ? report.seed : [])).sort()).toEqual([0, 1, 2]);
  });

  it("fails a trial with the first seed that failed, once all have ended", async () => {
    const reports = await reportsOf(2, (requests) => requests.map((request) =>
      (request.id === 2 ? { type: "failed", id: 2, reason: "it threw: no memory", seconds: 5 } : finished(request))));
    expect(reports).toMatchObject([{ type: "failed", index: 1, reason: "with seed 2 of 2 it threw: no memory", seconds: 6 }, { type: "finished", index: 2 }]);
  });

  it.each([
    ["an outcome too few", (requests: readonly Request[]) => requests.slice(1).map(finished)],
    ["an outcome twice", (requests: readonly Request[]) => [...requests, requests[0]!].map(finished)],
    ["a report of no trial", () => [{ type: "failed", id: 99, reason: "", seconds: 0 } as const]],
  ])("throws fptas/bad-executor for %s", async (_, answer) => {
    await expect(reportsOf(2, answer)).rejects.toMatchObject({ code: "fptas/bad-executor" });
  });
});

describe("a search with several seeds", () => {
  const errorOf = (depth: number, seed: number): number => depth + random(depth, "seed", seed).uniform();
  const options: SearchOptions<ToyTheta> = {
    space: toySpace, maximumPoint: toyMaximumPoint, hyperparameters: [{ rate: 1 }], seeds: 3,
    objectives: { ...toyObjectives(() => 1), error: async ([depth], _, { seed = 0 }) => errorOf(depth, seed) },
  };

  it("scores a trial at its mean error, from which W has an interval", async () => {
    const { result } = await followed(extract({ ...options, epsilon: 2 }));
    for (const trial of result.trials) {
      const errors = [0, 1, 2].map((seed) => errorOf(trial.arch[0], seed));
      expect(trial).toMatchObject({ errors, error: (errors[0]! + errors[1]! + errors[2]!) / 3 });
      expect(wInterval({ ...trial, errors }, toyMaximumPoint).w).toBeCloseTo(trial.w, 12);
    }
    expect(result.certificate).toMatchObject({ seeds: 3, trials: result.trials.length });
  });

  it("goes on from trials of as many seeds, and refuses those of another number", async () => {
    const { result } = await followed(exhaustiveSearch(options));
    const error = async (): Promise<number> => { throw new Error("trained again"); };
    const completed = result.trials;
    const { result: resumed } = await followed(exhaustiveSearch({ ...options, objectives: { ...options.objectives, error }, completed }));
    expect(resumed).toEqual(result);
    for (const seeds of [1, 2]) await expect(followed(exhaustiveSearch({ ...options, seeds, completed }))).rejects.toMatchObject({ code: "fptas/other-search" });
  });

  it.each([0, 1.5, NaN])("throws fptas/bad-option for %s seeds", async (seeds) => {
    await expect(followed(exhaustiveSearch({ ...options, seeds }))).rejects.toMatchObject({ code: "fptas/bad-option" });
  });
});
