import { evaluatePairwiseSum, type Predictor, type Shape } from "@bort/predictors";
import { describe, expect, it } from "vitest";
import { type EvolutionarySearchOptions, type EvolutionEvent, type EvolvedShape, evolutionarySearch } from "./evolutionary-search.js";
import { exactSearch } from "./exact-search.js";
import { pairwiseRange } from "./pairwise-range.js";
import { flopSum, parameterSum } from "./shape-counts.js";
import { ShapeSpace } from "./shape-space.js";
import { randomSum } from "./toy-sums.js";

const space = new ShapeSpace();
const parameters = parameterSum(space);
const flops = flopSum(space, { sequence: 128 });
/** Late layers and like neighbours count more, as in the paper. */
const perplexity = { constant: 45, unary: (layer: number, width: number) => -(layer + 6) * width ** 0.5 / 100, pair: (_: number, width: number, next: number) => Math.abs(width - next) / 5000 };
const short = { space, objective: perplexity, iterations: 40 };

async function outcome(options: EvolutionarySearchOptions): Promise<{ events: EvolutionEvent[]; result: EvolvedShape }> {
  const events: EvolutionEvent[] = [];
  for await (const event of evolutionarySearch(options)) events.push(event);
  const last = events.at(-1)!;
  if (last.type !== "chosen") throw new Error("no shape was chosen");
  return { events, result: last.result };
}

describe("evolutionarySearch", () => {
  it("comes within 1% of the best shape of a budget in 60 iterations, and never below it", async () => {
    const atMost = 66e6;
    const { events, result } = await outcome({ ...short, iterations: 60, constraints: [{ name: "parameters", measure: parameters, atMost }] });
    const best = exactSearch({ space, cost: perplexity, size: parameters, atMost });
    expect(result.measured["parameters"]).toBe(evaluatePairwiseSum(parameters, result.shape));
    expect(result.measured["parameters"]).toBeLessThanOrEqual(atMost);
    expect(result.value).toBe(evaluatePairwiseSum(perplexity, result.shape));
    expect(result.value).toBeGreaterThanOrEqual(best.cost - 1e-9);
    expect(result.value).toBeLessThan(1.01 * best.cost);
    const values = events.flatMap((event) => (event.type === "iteration" && event.best !== undefined ? [event.best.value] : []));
    expect(events.filter(({ type }) => type === "iteration")).toHaveLength(61);
    for (let i = 1; i < values.length; i++) expect(values[i]).toBeLessThanOrEqual(values[i - 1]!);
  });

  it("keeps every constraint, on either side, however narrow, of sums and of functions alike", async () => {
    const range = pairwiseRange(space, parameters);
    for (const [atLeast, atMost] of [[-Infinity, range.least], [range.most, Infinity], [63e6, 63.02e6], [range.least, range.least + 1e6]] as const) {
      const latencyMs = (shape: Shape): number => 5 + evaluatePairwiseSum(parameters, shape) / 1e6;
      const { measured } = (await outcome({ ...short, constraints: [
        { name: "latency, ms", measure: latencyMs, atLeast: 5 + atLeast / 1e6, atMost: 5 + atMost / 1e6 }, { name: "FLOPs", measure: flops, atLeast: 1 },
      ] })).result;
      const millions = measured["latency, ms"]! - 5;
      expect(millions).toBeGreaterThanOrEqual(atLeast / 1e6 - 1e-9);
      expect(millions).toBeLessThanOrEqual(atMost / 1e6 + 1e-9);
    }
  });

  it("asks the objective once a shape, and for none that does not keep the constraints", async () => {
    const asked: string[] = [];
    const constraints = [{ name: "parameters", measure: parameters, atMost: 50e6 }];
    const objective = async (shape: Shape): Promise<number> => {
      asked.push(shape.join());
      expect(evaluatePairwiseSum(parameters, shape)).toBeLessThanOrEqual(50e6);
      return evaluatePairwiseSum(perplexity, shape);
    };
    const { result } = await outcome({ ...short, objective, constraints });
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.length).toBeLessThanOrEqual(result.tried);
    expect(result).toEqual((await outcome({ ...short, constraints })).result);
  });

  it("is the same from the same seed, and another from another", async () => {
    const run = async (seed: number): Promise<EvolutionEvent[]> => (await outcome({ ...short, iterations: 3, seed })).events;
    expect(await run(4)).toEqual(await run(4));
    expect(await run(5)).not.toEqual(await run(4));
  });

  it("takes a space that has fewer shapes than it wants parents", async () => {
    const few = new ShapeSpace({ layers: 1, widths: [120, 240] });
    const { result } = await outcome({ space: few, objective: randomSum(1), iterations: 2 });
    expect(result.tried).toBe(2);
    expect(result.value).toBe(Math.min(...[...few].map((shape) => evaluatePairwiseSum(randomSum(1), shape))));
  });

  it.each([
    ["parameters", { measure: parameters, atMost: 20e6 }, /all shapes have \[32\d+, 115\d+\]/],
    ["a perplexity by a function", { measure: (shape: Shape) => evaluatePairwiseSum(perplexity, shape), atMost: 1 }, /none of \d+ shapes .* in \[-Infinity, 1\], where those looked at have \[/],
  ])("says what could be kept where a constraint cannot be: %s", async (name, constraint, message) => {
    const search = outcome({ ...short, iterations: 5, constraints: [{ name, ...constraint }] });
    await expect(search).rejects.toMatchObject({ code: "supershaper/infeasible", message: expect.stringMatching(message) });
  });

  it("says so where two constraints cannot be kept together", async () => {
    const { least, most } = pairwiseRange(space, flops);
    const constraints = [{ name: "parameters", measure: parameters, atMost: 40e6 }, { name: "FLOPs", measure: flops, atLeast: (least + most) / 2 }];
    await expect(outcome({ ...short, iterations: 5, constraints })).rejects.toMatchObject({ code: "supershaper/infeasible", message: expect.stringContaining("FLOPs in [") });
  });

  it("warns of a shape that lies outside what a predictor was fitted to", async () => {
    const fittedBelow = (width: number): Predictor => ({
      predict: (shape) => evaluatePairwiseSum(perplexity, shape), distance: (shape) => Math.max(0, Math.max(...shape) - width) / width,
    });
    const { events } = await outcome({ ...short, objective: fittedBelow(600) });
    expect(events.at(-2)).toMatchObject({ type: "warning", measure: "objective", distance: 168 / 600 });
    expect((await outcome({ ...short, objective: fittedBelow(768) })).events.filter(({ type }) => type === "warning")).toEqual([]);
  });

  it("stops when it is told to", async () => {
    const stop = new AbortController();
    const seen: string[] = [];
    await expect((async () => {
      for await (const event of evolutionarySearch({ ...short, signal: stop.signal })) {
        seen.push(event.type);
        if (seen.length === 3) stop.abort();
      }
    })()).rejects.toThrow(expect.objectContaining({ name: "AbortError" }));
    expect(seen).toHaveLength(3);
  });

  it("stops before the next shape, where each takes its time", async () => {
    for (const last of [3, 150]) {
      const stop = new AbortController();
      let asked = 0;
      const objective = async (shape: Shape): Promise<number> => {
        if (++asked === last) stop.abort();
        return evaluatePairwiseSum(perplexity, shape);
      };
      await expect(outcome({ ...short, objective, signal: stop.signal })).rejects.toMatchObject({ name: "AbortError" });
      expect(asked).toBe(last);
    }
  });

  it.each<[string, Partial<EvolutionarySearchOptions>, string]>([
    ["no parents", { parents: 0 }, "supershaper/bad-option"], ["no population", { population: 0 }, "supershaper/bad-option"],
    ["half an iteration", { iterations: 0.5 }, "supershaper/bad-option"], ["a probability of 2", { mutationProbability: 2 }, "supershaper/bad-option"],
    ["an empty range", { constraints: [{ name: "x", measure: parameters, atLeast: 2, atMost: 1 }] }, "supershaper/bad-option"],
    ["NaN", { constraints: [{ name: "x", measure: parameters, atMost: Number.NaN }] }, "supershaper/bad-option"],
    ["a name twice", { constraints: [{ name: "x", measure: parameters }, { name: "x", measure: flops }] }, "supershaper/bad-option"],
    ["an objective that is not finite", { objective: () => Number.NaN }, "supershaper/bad-measure"],
  ])("refuses %s", async (_, options, code) => {
    await expect(outcome({ ...short, ...options })).rejects.toMatchObject({ code });
  });
});
