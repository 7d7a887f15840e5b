import { random } from "@bort/data";
import { describe, expect, it } from "vitest";
import { exhaustiveSearch } from "./exhaustive-search.js";
import { extract } from "./extract.js";
import { followed, toyMaximumPoint, toyObjectives, toySpace } from "./toy-search.js";
import { wCoefficient } from "./w-coefficient.js";

const hyperparameters = [{ rate: 1 }, { rate: 2 }];
const context = { signal: new AbortController().signal };

describe("exhaustiveSearch", () => {
  it.each([0, 1, 2, 3, 4])("finds the maximum that brute force finds over the random table %i", async (seed) => {
    const objectives = toyObjectives((arch, { rate }) => random(seed, rate, ...arch).uniform());
    const archs = [...toySpace];
    const latencies = await objectives.latenciesMs(archs, context);
    const table = hyperparameters.flatMap(({ rate }) => archs.map((arch, i) => {
      const surrogates = { parameters: objectives.parameters(arch), latencyMs: latencies[i]!, error: random(seed, rate, ...arch).uniform() };
      const scored = wCoefficient(surrogates, toyMaximumPoint);
      return scored.status === "scored" ? scored.w : -1;
    }));
    const { result } = await followed(exhaustiveSearch({ space: toySpace, maximumPoint: toyMaximumPoint, hyperparameters, objectives }));
    expect(result.w).toBe(Math.max(...table));
    expect(result.trials).toHaveLength(2 * archs.length);
  });

  it("ranks as the FPTAS does at epsilon 1, without points that cannot be built", async () => {
    const objectives = toyObjectives((arch, { rate }) => random(7, rate, ...arch).uniform());
    const space: [number, number, number, number][] = [[1, 3, 8, 8], [2, 2, 8, 16], [1, 1, 8, 16], [2, 2, 9, 8]];
    const options = { space, maximumPoint: toyMaximumPoint, hyperparameters, objectives };
    const { result, events } = await followed(exhaustiveSearch(options));
    const fptas = await followed(extract({ ...options, epsilon: 1, filterFirst: true }));
    expect(events[0]).toMatchObject({ type: "selected", spaceSize: 2, gridSize: 4 });
    expect(result.trials.map(({ arch, w }) => [arch, w])).toEqual(fptas.result.trials.map(({ arch, w }) => [arch, w]));
    expect(result).not.toHaveProperty("epsilon");
  });

  it("throws fptas/empty-space where no point can be built", async () => {
    const search = exhaustiveSearch({ space: [[1, 3, 8, 8]], maximumPoint: toyMaximumPoint, hyperparameters, objectives: toyObjectives(() => 1) });
    await expect(followed(search)).rejects.toMatchObject({ code: "fptas/empty-space" });
  });
});
