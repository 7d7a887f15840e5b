import { evaluatePairwiseSum, type Shape } from "@bort/predictors";
import { describe, expect, it } from "vitest";
import { exactFront } from "./exact-front.js";
import { type FrontShape, multiObjectiveSearch, type MultiObjectiveSearchOptions } from "./multi-objective-search.js";
import { parameterSum } from "./shape-counts.js";
import { ShapeSpace } from "./shape-space.js";
import { randomSum } from "./toy-sums.js";

const space = new ShapeSpace({ layers: 5, widths: [120, 240, 360, 480] });
const [loss, parameters] = [randomSum(2), parameterSum(space)];
const options = { space, objectives: { loss, parameters }, iterations: 60, population: 60 };

async function front<Name extends string>(search: MultiObjectiveSearchOptions<Name>): Promise<readonly FrontShape<Name>[]> {
  let found: readonly FrontShape<Name>[] = [];
  for await (const event of multiObjectiveSearch(search)) if (event.type === "chosen") found = event.front;
  return found;
}

describe("multiObjectiveSearch", () => {
  it("finds the whole front of a small space", async () => {
    const found = await front(options);
    const exact = exactFront({ space, cost: loss, size: parameters });
    expect(exact.length).toBeGreaterThan(5);
    expect(found.map(({ shape }) => shape)).toEqual(exact.map(({ shape }) => shape).reverse());
    for (const { shape, values } of found) expect(values).toEqual({ loss: evaluatePairwiseSum(loss, shape), parameters: evaluatePairwiseSum(parameters, shape) });
  });

  it("takes functions, more than two objectives, and constraints, which all of the front keep", async () => {
    const middle = (shape: Shape): number => -Math.abs(shape[2]! - 300);
    const found = await front({ ...options, objectives: { loss, parameters, middle }, constraints: [{ name: "first", measure: (shape) => shape[0]!, atLeast: 240 }] });
    const allowed = [...space].filter((shape) => shape[0]! >= 240).map((shape) => [evaluatePairwiseSum(loss, shape), evaluatePairwiseSum(parameters, shape), middle(shape)]);
    const undominated = allowed.filter((mine) => !allowed.some((other) => other.every((value, i) => value <= mine[i]!) && other.some((value, i) => value < mine[i]!)));
    expect(found.map(({ values }) => [values.loss, values.parameters, values.middle])).toEqual(undominated.sort((a, b) => a[0]! - b[0]!));
    expect(found.length).toBeGreaterThan(10);
  });

  it("spreads over the front of the paper's space", async () => {
    const paper = new ShapeSpace();
    const smooth = { constant: 20, unary: (layer: number, width: number) => -(layer + 6) * width ** 0.5 / 1000, pair: () => 0 };
    const found = await front({ space: paper, objectives: { smooth, parameters: parameterSum(paper) }, iterations: 60 });
    const sizes = found.map(({ values }) => values.parameters);
    expect(found).toHaveLength(100);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeGreaterThan(50e6);
    const exact = exactFront({ space: paper, cost: smooth });
    for (const { values } of found) {
      const best = exact.findLast(({ size }) => size <= values.parameters)!;
      expect(values.smooth).toBeGreaterThanOrEqual(best.cost - 1e-9);
      expect(values.smooth - best.cost).toBeLessThan(0.05 * (exact[0]!.cost - exact.at(-1)!.cost));
    }
  });

  it("is the same from the same seed", async () => {
    expect(await front({ ...options, iterations: 3, seed: 2 })).toEqual(await front({ ...options, iterations: 3, seed: 2 }));
  });

  it("stops before the next shape, where each takes its time", async () => {
    for (const last of [3, 90]) {
      const stop = new AbortController();
      let asked = 0;
      const measured = async (shape: Shape): Promise<number> => {
        if (++asked === last) stop.abort();
        return evaluatePairwiseSum(loss, shape);
      };
      await expect(front({ ...options, objectives: { measured, parameters }, signal: stop.signal })).rejects.toMatchObject({ name: "AbortError" });
      expect(asked).toBe(last);
    }
  });

  it("refuses no objectives, and says what could be kept where constraints cannot be", async () => {
    await expect(front({ space, objectives: {} })).rejects.toMatchObject({ code: "supershaper/bad-option" });
    await expect(front({ ...options, population: 1 })).rejects.toMatchObject({ code: "supershaper/bad-option" });
    const constraints = [{ name: "sum", measure: (shape: Shape) => shape.reduce((sum, width) => sum + width), atMost: 100 }];
    await expect(front({ ...options, iterations: 2, constraints })).rejects.toMatchObject({ code: "supershaper/infeasible", message: expect.stringContaining("[600, 2400]") });
  });
});
