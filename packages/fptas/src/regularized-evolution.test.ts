import { type ArchTuple, gridSpace } from "@bort/arch";
import { random } from "@bort/data";
import { describe, expect, it } from "vitest";
import { type Objectives } from "./objectives.js";
import { randomSearch } from "./random-search.js";
import { regularizedEvolution, type RegularizedEvolutionOptions } from "./regularized-evolution.js";
import { followed, toyMaximumPoint, toyObjectives, toySpace, type ToyTheta } from "./toy-search.js";
import { type Trial, trialKey } from "./trial.js";

const sizes = [1, 2, 3, 4, 5, 6, 7, 8];
const large = gridSpace({ depth: sizes, heads: [1], hidden: sizes, intermediate: sizes });

/** One hill whose top lies somewhere in the space, all sizes and latencies alike, so that W falls with the distance from it. */
function hill(top: ArchTuple): Objectives<ToyTheta> {
  const error = (arch: ArchTuple): number => 1 + arch.reduce((sum, size, axis) => sum + (size - top[axis]!) ** 2, 0);
  return { ...toyObjectives(error), parameters: () => 1, latenciesMs: async (archs) => archs.map(() => 1) };
}

const options: RegularizedEvolutionOptions<ToyTheta> = {
  space: toySpace, maximumPoint: toyMaximumPoint, hyperparameters: [{ rate: 1 }, { rate: 2 }], trials: 60, population: 10, sample: 3,
  objectives: toyObjectives((arch, { rate }) => random(5, rate, ...arch).uniform()),
};
const trialsOf = async (changes: Partial<RegularizedEvolutionOptions<ToyTheta>>): Promise<Trial[]> =>
  (await followed(regularizedEvolution({ ...options, ...changes }))).events.flatMap((event) => (event.type === "trial" ? [event.trial] : []));
const keys = (trials: readonly Trial[]): string[] => trials.map(trialKey);

describe("regularizedEvolution", () => {
  it("climbs a hill better than random search does", async () => {
    const seeds = 60;
    let better = 0;
    let worse = 0;
    for (let seed = 0; seed < seeds; seed++) {
      const draw = random(seed, "top");
      const objectives = hill([1 + draw.integer(8), 1, 1 + draw.integer(8), 1 + draw.integer(8)]);
      const search = { space: large, maximumPoint: toyMaximumPoint, hyperparameters: [{ rate: 1 }], objectives, trials: 80, seed };
      const evolved = (await followed(regularizedEvolution({ ...search, population: 12, sample: 5, reach: "next" }))).result.w;
      const drawn = (await followed(randomSearch(search))).result.w;
      if (evolved > drawn) better++;
      if (evolved < drawn) worse++;
    }
    // Were each as good as the other, a difference of 4 standard deviations would come once in 30,000.
    expect(better - worse).toBeGreaterThan(4 * Math.sqrt(better + worse));
  });

  it("makes the same trials for the same seed, none of them twice, and others for another", async () => {
    const tried = keys(await trialsOf({ seed: 3 }));
    expect(new Set(tried).size).toBe(60);
    expect(keys(await trialsOf({ seed: 3 }))).toEqual(tried);
    expect(keys(await trialsOf({ seed: 4 }))).not.toEqual(tried);
  });

  it("changes one axis by one place, or the hyperparameter set, where only the next are in reach", async () => {
    const trials = await trialsOf({ reach: "next" });
    const place = ({ arch, theta }: Trial): number[] => [...arch.map((size, axis) => toySpace.axes[axis]!.placeOf(size)!), theta];
    for (const [i, child] of trials.entries()) {
      if (i < 10) continue;
      const near = trials.slice(0, i).filter((other) => place(other).reduce((sum, at, axis) => sum + Math.abs(at - place(child)[axis]!), 0) === 1);
      expect(near.length).toBeGreaterThan(0);
    }
  });

  it("breeds from the best, until it is the oldest and dies", async () => {
    const evolution = { space: large, hyperparameters: [{ rate: 1 }], population: 5, sample: 40 };
    const founders = await trialsOf({ ...evolution, trials: 5 });
    const best = founders[2]!.arch;
    const objectives = { ...hill(best), error: async (arch: ArchTuple) => (arch.join() === best.join() ? 0.1 : 1) };
    const children = (await trialsOf({ ...evolution, objectives, trials: 25 })).slice(5);
    const areNear = children.map(({ arch }) => arch.filter((size, axis) => size !== best[axis]).length === 1);
    expect(areNear.slice(0, 3)).toEqual([true, true, true]); // Then the founders 0, 1 and 2 are dead, though 18 neighbours of the best are left.
    expect(areNear.slice(3)).toContain(false);
  });

  it("asks for several children at a time where it may, and still keeps to its number of trials", async () => {
    const asked: number[] = [];
    const search = regularizedEvolution({ ...options, children: 7, executor: {
      async *run(requests) {
        asked.push(requests.length);
        for (const { id, task: { arch } } of [...requests].reverse()) yield { type: "finished", id, result: random(2, ...arch).uniform(), seconds: 0 };
      },
    } });
    const { result } = await followed(search);
    expect(result.trials).toHaveLength(60);
    expect(asked).toEqual([10, 7, 7, 7, 7, 7, 7, 7, 1]);
  });

  it("ends where there is nothing new to try, and where next to all lies beyond the maximum point", async () => {
    const small = gridSpace({ depth: [1, 2], heads: [1], hidden: [8], intermediate: [8] });
    expect(await trialsOf({ space: small, population: 3, trials: 500 })).toHaveLength(4);
    const { result } = await followed(regularizedEvolution({ ...options, maximumPoint: { parameters: 18, latencyMs: 100 }, trials: 100 }));
    expect(result.trials).toHaveLength(4); // <1, 1, 8, 8> and <1, 2, 8, 8>, with either set.
    expect(result.rejected.length).toBeLessThanOrEqual(Number(toySpace.size) - 1);
    const lone = gridSpace({ depth: [1], heads: [1], hidden: [8], intermediate: [8] });
    expect(await trialsOf({ space: lone, hyperparameters: [{ rate: 1 }], population: 1, trials: 5 })).toHaveLength(1);
  });

  it("goes on from any of its trials to the same result", async () => {
    const trials = await trialsOf({ seed: 6 });
    const completed = random(1, "kept").shuffle([...trials]).slice(0, 25);
    expect(new Set(keys(await trialsOf({ seed: 6, completed })))).toEqual(new Set(keys(trials)));
  });

  it.each([{ trials: 0 }, { population: 61 }, { population: 0 }, { sample: 0 }, { children: 0.5 }])("refuses %o", async (changes) => {
    await expect(trialsOf(changes)).rejects.toMatchObject({ code: "fptas/bad-option" });
  });
});
