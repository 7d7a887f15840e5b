import { random } from "@bort/data";
import { describe, expect, it } from "vitest";
import { randomSearch, type RandomSearchOptions } from "./random-search.js";
import { followed, toyMaximumPoint, toyObjectives, toySpace, type ToyTheta } from "./toy-search.js";
import { type Trial, trialKey } from "./trial.js";

const options: RandomSearchOptions<ToyTheta> = {
  space: toySpace, maximumPoint: toyMaximumPoint, hyperparameters: [{ rate: 1 }, { rate: 2 }], trials: 30,
  objectives: toyObjectives((arch, { rate }) => random(5, rate, ...arch).uniform()),
};
const trialsOf = async (changes: Partial<RandomSearchOptions<ToyTheta>>): Promise<Trial[]> =>
  (await followed(randomSearch({ ...options, ...changes }))).events.flatMap((event) => (event.type === "trial" ? [event.trial] : []));
const keys = (trials: readonly Trial[]): string[] => trials.map(trialKey);

describe("randomSearch", () => {
  it("tries so many different pairs, the same ones for the same seed", async () => {
    const tried = keys(await trialsOf({ seed: 3 }));
    expect(new Set(tried).size).toBe(30);
    expect(keys(await trialsOf({ seed: 3 }))).toEqual(tried);
    expect(keys(await trialsOf({ seed: 4 }))).not.toEqual(tried);
    expect(keys(await trialsOf({ seed: 3, trials: 10 }))).toEqual(tried.slice(0, 10));
  });

  it("draws every pair equally often", async () => {
    const counts = new Map<string, number>();
    const seeds = 400;
    for (let seed = 0; seed < seeds; seed++) for (const key of keys(await trialsOf({ seed, trials: 32 }))) counts.set(key, (counts.get(key) ?? 0) + 1);
    const pairs = 2 * Number(toySpace.size);
    const expected = (seeds * 32) / pairs;
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0) + (pairs - counts.size) * expected;
    expect(chiSquare).toBeLessThan(pairs + 5 * Math.sqrt(2 * pairs));
  });

  it("tries everything once where there is less than it may try", async () => {
    expect(new Set(keys(await trialsOf({ trials: 10_000 }))).size).toBe(2 * Number(toySpace.size));
  });

  it("draws on instead of what lies beyond the maximum point", async () => {
    const maximumPoint = { parameters: 40, latencyMs: 26 };
    const { events, result } = await followed(randomSearch({ ...options, maximumPoint }));
    expect(result.rejected.length).toBeGreaterThan(5);
    expect(result.trials).toHaveLength(30);
    expect(result.trials.every(({ parameters, latencyMs }) => parameters <= 40 && latencyMs <= 26)).toBe(true);
    expect(events.flatMap((event) => (event.type === "trial" ? [event.index] : []))).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
  });

  it("goes on from any of its trials to the same result", async () => {
    const trials = await trialsOf({ seed: 8 });
    const completed = random(1, "kept").shuffle([...trials]).slice(0, 12);
    const made: string[] = [];
    const objectives = { ...options.objectives, error: async (...args: Parameters<typeof options.objectives.error>) => {
      made.push(args[0].join());
      return options.objectives.error(...args);
    } };
    const { result } = await followed(randomSearch({ ...options, seed: 8, objectives, completed }));
    expect(made).toHaveLength(18);
    expect(result.trials.map(({ w }) => w)).toEqual((await followed(randomSearch({ ...options, seed: 8 }))).result.trials.map(({ w }) => w));
  });

  it.each([0, -1, 2.5, NaN])("refuses %s trials", async (trials) => {
    await expect(trialsOf({ trials })).rejects.toMatchObject({ code: "fptas/bad-option" });
  });
});
