import { type ArchTuple } from "@bort/arch";
import { random } from "@bort/data";
import { describe, expect, it } from "vitest";
import { successiveHalving, type SuccessiveHalvingOptions } from "./successive-halving.js";
import { followed, toyMaximumPoint, toyObjectives, toySpace, type ToyTheta } from "./toy-search.js";
import { type Trial, trialKey } from "./trial.js";

const final = (arch: ArchTuple): number => random(5, ...arch).uniform();
/** Errors that near their last value as training goes on: what leads after one step need not lead in the end. */
const error = (arch: ArchTuple, _: ToyTheta, steps: number = 0): number => final(arch) + random(6, ...arch).uniform() / steps;

const options: SuccessiveHalvingOptions<ToyTheta> = {
  space: toySpace, maximumPoint: toyMaximumPoint, hyperparameters: [{ rate: 1 }], steps: 3,
  objectives: { ...toyObjectives(error), parameters: () => 1, latenciesMs: async (archs) => archs.map(() => 1) },
};
const trialsOf = async (changes: Partial<SuccessiveHalvingOptions<ToyTheta>>): Promise<Trial[]> =>
  (await followed(successiveHalving({ ...options, ...changes }))).events.flatMap((event) => (event.type === "trial" ? [event.trial] : []));
const rungsOf = (trials: readonly Trial[]): Record<number, number> =>
  Object.fromEntries([...new Set(trials.map(({ steps }) => steps!))].map((steps) => [steps, trials.filter((trial) => trial.steps === steps).length]));

describe("successiveHalving", () => {
  it("spends what its formula says: floor(n / eta^k) trials of r eta^k steps", async () => {
    expect(rungsOf(await trialsOf({}))).toEqual({ 3: 128, 6: 64, 12: 32, 24: 16, 48: 8, 96: 4, 192: 2, 384: 1 });
    expect(rungsOf(await trialsOf({ eta: 3, steps: 1, rungs: 4, candidates: 100 }))).toEqual({ 1: 100, 3: 33, 9: 11, 27: 3 });
    expect(rungsOf(await trialsOf({ eta: 4, candidates: 21 }))).toEqual({ 3: 21, 12: 5, 48: 1 });
    expect(rungsOf(await trialsOf({ rungs: 1, candidates: 5 }))).toEqual({ 3: 5 });
    expect(rungsOf(await trialsOf({ rungs: 9, candidates: 5 }))).toEqual({ 3: 5, 6: 2, 12: 1 });
  });

  it("trains for the steps that it records", async () => {
    for (const { arch, steps, ...trial } of await trialsOf({ candidates: 20 })) expect(trial).toMatchObject({ error: error(arch, { rate: 1 }, steps) });
  });

  it("takes the best of each rung to the next, and chooses the best of the last", async () => {
    const { result } = await followed(successiveHalving(options));
    const rung = (steps: number): string[] => result.trials.filter((trial) => trial.steps === steps).map(({ arch }) => arch.join());
    for (const steps of [3, 6, 12, 24, 48, 96, 192]) expect(rung(2 * steps).sort()).toEqual(rung(steps).slice(0, rung(2 * steps).length).sort());
    expect(result.trials.map(({ steps }) => steps)).toEqual([...result.trials.map(({ steps }) => steps!)].sort((a, b) => b - a));
    expect(result.chosen).toEqual(result.trials[0]!.arch);
    expect(result.trials[0]!.steps).toBe(384);
    expect(Math.max(...result.trials.map(({ w }) => w))).toBe(result.w);
  });

  it("finds the best where the order after few steps is that of the end", async () => {
    const steady = { ...options.objectives, error: async (arch: ArchTuple) => final(arch) };
    const { result } = await followed(successiveHalving({ ...options, objectives: steady }));
    expect(final(result.chosen)).toBe(Math.min(...[...toySpace].map(final)));
  });

  it("leaves out what fails or lies beyond the maximum point", async () => {
    const objectives = { ...options.objectives, error: async (arch: ArchTuple) => (arch[0] === 1 ? NaN : final(arch)), parameters: ([depth]: ArchTuple) => depth };
    const { result } = await followed(successiveHalving({ ...options, objectives, maximumPoint: { parameters: 3, latencyMs: 100 } }));
    expect(rungsOf([...result.trials, ...result.failed])).toEqual({ 3: 96, 6: 48, 12: 24, 24: 12, 48: 6, 96: 3, 192: 1 });
    expect(result.failed).toHaveLength(32);
    await expect(followed(successiveHalving({ ...options, objectives: { ...objectives, error: async () => NaN } }))).rejects.toMatchObject({ code: "fptas/no-candidate" });
  });

  it("goes on from any of its trials to the same result", async () => {
    const trials = await trialsOf({ candidates: 40, seed: 2 });
    const completed = random(1, "kept").shuffle([...trials]).slice(0, 30);
    expect(new Set((await trialsOf({ candidates: 40, seed: 2, completed })).map(trialKey))).toEqual(new Set(trials.map(trialKey)));
    expect((await trialsOf({ candidates: 40, seed: 3 })).map(trialKey)).not.toEqual(trials.map(trialKey));
  });

  it("asks for hyperparameters before it counts candidates", async () => {
    await expect(trialsOf({ hyperparameters: [] })).rejects.toMatchObject({ code: "fptas/no-hyperparameters" });
  });

  it.each([{ steps: 0 }, { eta: 1 }, { eta: NaN }, { rungs: 0 }, { candidates: 0 }])("refuses %o", async (changes) => {
    await expect(trialsOf(changes)).rejects.toMatchObject({ code: "fptas/bad-option" });
  });
});
