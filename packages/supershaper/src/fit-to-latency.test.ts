import { random } from "@bort/data";
import { evaluatePairwiseSum, type PairwiseSum, type Shape } from "@bort/predictors";
import { describe, expect, it } from "vitest";
import { cigarShape } from "./cigar-shape.js";
import { exactFront } from "./exact-front.js";
import { bestOfFront, type FitEvent, fitToLatency, type FitToLatencyOptions, type FittedShape } from "./fit-to-latency.js";
import { parameterSum } from "./shape-counts.js";
import { ShapeSpace } from "./shape-space.js";
import { randomSum } from "./toy-sums.js";

const space = new ShapeSpace();
const parameters = parameterSum(space);
const loss = { constant: 3, unary: (layer: number, width: number) => -(layer + 6) * width ** 0.5 / 1000, pair: (_: number, width: number, next: number) => Math.abs(width - next) / 50_000 };
const front = exactFront({ space, cost: loss });
const bestAt = bestOfFront(front);
const millions = (shape: Shape): number => evaluatePairwiseSum(parameters, shape) / 1e6;
/** A device that takes longer with each parameter, more so where caches end. */
const latencyMs = (shape: Shape): number => 5 + 0.3 * millions(shape) + 0.4 * Math.max(0, millions(shape) - 70);
const base = { space, bestAt, latencyMs };

async function fitted(options: FitToLatencyOptions): Promise<{ result: FittedShape; events: FitEvent[] }> {
  const events: FitEvent[] = [];
  for await (const event of fitToLatency(options)) events.push(event);
  const last = events.at(-1)!;
  if (last.type !== "chosen") throw new Error("nothing was chosen");
  return { result: last.result, events };
}

describe("fitToLatency", () => {
  it.each([18, 24, 26.5, 31, 40, 57])("finds the largest best shape that keeps %f ms, within half a percent, in a few measurements", async (budgetMs) => {
    const { result, events } = await fitted({ ...base, budgetMs });
    const best = front.findLast(({ shape }) => latencyMs(shape) <= budgetMs)!;
    expect(result.latencyMs).toBe(latencyMs(result.shape));
    expect(result.latencyMs).toBeLessThanOrEqual(budgetMs);
    expect(result.parameters).toBe(evaluatePairwiseSum(parameters, result.shape));
    expect(result.shape).toEqual(bestAt(result.parameters));
    expect(result.parameters).toBeGreaterThanOrEqual(0.995 * best.size);
    expect(result.parameters).toBeLessThanOrEqual(best.size);
    expect(result.measured.length).toBeLessThanOrEqual(12);
    expect(events.flatMap((event) => (event.type === "measured" ? [event.timed] : []))).toEqual(result.measured);
  });

  it("takes the largest shape where all fit", async () => {
    const { result } = await fitted({ ...base, budgetMs: 1000, sizes: 0 });
    expect(result.shape).toEqual(front.at(-1)!.shape);
    expect(result.measured).toHaveLength(2);
  });

  it("gives only what was measured to fit, however the measurements scatter", async () => {
    for (let seed = 0; seed < 20; seed++) {
      const rng = random(seed, "noise");
      const times = new Map<string, number>();
      const noisy = (shape: Shape): number => {
        const time = latencyMs(shape) * (1 + 0.05 * rng.normal());
        times.set(String(shape), time);
        return time;
      };
      const { result } = await fitted({ ...base, budgetMs: 30, latencyMs: noisy });
      expect(result.latencyMs).toBe(times.get(String(result.shape)));
      expect(result.latencyMs).toBeLessThanOrEqual(30);
      expect(millions(result.shape)).toBeGreaterThan(60); // 75.7 without noise.
      expect(times.size).toBeLessThanOrEqual(16);
    }
  });

  it("ends where it is told of a smaller, slower shape again and again, as a search that is not exact may", async () => {
    const few = new ShapeSpace({ heads: 1, layers: 1, widths: [10, 45, 70, 100] });
    const widths: PairwiseSum = { constant: 0, unary: (_, width) => width, pair: () => 0 };
    const times = new Map([[10, 1], [45, 9], [70, 2], [100, 9]]);
    const found = (atMost: number): Shape => [atMost < 45 ? 10 : atMost < 70 ? 45 : atMost < 78 ? 70 : atMost < 100 ? 45 : 100];
    const { result } = await fitted({ space: few, parameters: widths, bestAt: found, latencyMs: ([width]) => times.get(width!)!, budgetMs: 5 });
    expect(result.shape).toEqual([70]);
  });

  /** What is found on a device of some sizes and their latencies, which are all that there is. */
  const fitAmong = async (latencies: ReadonlyMap<number, number>, budgetMs: number): Promise<FittedShape> => {
    const ordered = [...latencies.keys()].sort((a, b) => a - b);
    const few = new ShapeSpace({ heads: 1, layers: 1, widths: ordered });
    const widths: PairwiseSum = { constant: 0, unary: (_, width) => width, pair: () => 0 };
    const largest = (atMost: number): Shape => [ordered.findLast((size) => size <= atMost)!];
    return (await fitted({ space: few, parameters: widths, budgetMs, bestAt: largest, latencyMs: ([size]) => latencies.get(size!)! })).result;
  };

  it.each<[string, readonly (readonly [size: number, latencyMs: number])[], number]>([
    ["where the curve meets the budget between two others", [[100, 10], [200, 20], [900, 40], [1000, 100]], 900],
    ["hardly below one that is too slow", [[100, 10], [200, 20], [997, 40], [1000, 100]], 997],
    ["below many that are too slow", [[100, 10], [200, 20], [600, 44], [990, 90], [992, 91], [994, 92], [996, 93], [998, 94], [1000, 95]], 600],
    ["as the smallest", [[100, 10], [900, 50], [1000, 100]], 100],
  ])("finds the largest of a few shapes that are far apart: %s", async (_, sizes, largest) => {
    expect((await fitAmong(new Map(sizes), 45)).parameters).toBe(largest);
  });

  it("finds the largest of any few shapes, to half a percent", async () => {
    for (let seed = 0; seed < 200; seed++) {
      const rng = random(seed, "front");
      const sizes = [...new Set(Array.from({ length: 2 + rng.integer(8) }, () => 1 + rng.integer(10_000)))].sort((a, b) => a - b);
      const times = sizes.map(() => 1 + 100 * rng.uniform()).sort((a, b) => a - b);
      const budgetMs = times[rng.integer(times.length)]!;
      const { parameters: found } = await fitAmong(new Map(sizes.map((size, i) => [size, times[i]!])), budgetMs);
      expect(found).toBeGreaterThanOrEqual(sizes[times.indexOf(budgetMs)]! / 1.005);
      expect(found).toBeLessThanOrEqual(sizes[times.indexOf(budgetMs)]!);
    }
  });

  it("asks for the smallest and the largest where sizes are fractions, whose sums depend on their order", async () => {
    const mixed = new ShapeSpace({ heads: 1, widths: [[1, 2, 5], [3, 4], [2, 7, 9], [1, 8]] });
    for (let seed = 0; seed < 50; seed++) {
      const size: PairwiseSum = { ...randomSum(seed), constant: 100 };
      const mixedFront = exactFront({ space: mixed, cost: randomSum(1000 + seed), size });
      const { result } = await fitted({ space: mixed, parameters: size, bestAt: bestOfFront(mixedFront), latencyMs: () => 1, budgetMs: 2 });
      expect(result.measured[0]!.shape).toEqual(mixedFront[0]!.shape);
      expect(result.shape).toEqual(mixedFront.at(-1)!.shape);
    }
  });

  it("takes shapes from anywhere", async () => {
    const heuristic = async (target: number): Promise<Shape> => cigarShape({ space, target }).shape;
    const { result } = await fitted({ ...base, bestAt: heuristic, budgetMs: 26 });
    expect(millions(result.shape)).toBeGreaterThan(60);
    expect(millions(result.shape)).toBeLessThan(70);
  });

  it("says how long the smallest shape takes where that is too long", async () => {
    await expect(fitted({ ...base, budgetMs: 10 })).rejects.toMatchObject({ code: "supershaper/infeasible", message: expect.stringMatching(/120,120.* takes 14\.\d+ ms/) });
  });

  it("stops when it is told to", async () => {
    await expect(fitted({ ...base, budgetMs: 30, signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
  });

  it.each<[string, Partial<FitToLatencyOptions>, string]>([
    ["a budget of 0", { budgetMs: 0 }, "supershaper/bad-option"], ["no budget", { budgetMs: Number.NaN }, "supershaper/bad-option"],
    ["fewer measurements than sizes", { measurements: 4 }, "supershaper/bad-option"], ["a tolerance of 0", { tolerance: 0 }, "supershaper/bad-option"],
    ["latencies that are none", { latencyMs: () => Number.NaN }, "supershaper/bad-measure"], ["shapes of another space", { bestAt: () => [120] }, "supershaper/bad-shape"],
  ])("refuses %s", async (_, options, code) => {
    await expect(fitted({ ...base, budgetMs: 30, ...options })).rejects.toMatchObject({ code });
  });
});

describe("bestOfFront", () => {
  it("refuses sizes below the first", () => {
    expect(() => bestAt(1)).toThrow(expect.objectContaining({ code: "supershaper/infeasible" }));
    expect(bestAt(Infinity)).toEqual(front.at(-1)!.shape);
  });
});
