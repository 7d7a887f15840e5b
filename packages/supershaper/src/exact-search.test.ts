import { evaluatePairwiseSum, type PairwiseSum } from "@bort/predictors";
import { describe, expect, it } from "vitest";
import { exactSearch } from "./exact-search.js";
import { pairwiseRange } from "./pairwise-range.js";
import { parameterSum } from "./shape-counts.js";
import { ShapeSpace } from "./shape-space.js";
import { randomSum } from "./toy-sums.js";

const spaces: readonly ShapeSpace[] = [
  new ShapeSpace({ heads: 1, widths: [[1, 2, 5], [3, 4], [2, 7, 9], [1, 8], [1, 2, 3, 4]] }),
  new ShapeSpace({ heads: 1, layers: 6, widths: [1, 2, 3] }),
  new ShapeSpace({ heads: 1, layers: 1, widths: [1, 2, 3, 4] }),
];
const infeasible = expect.objectContaining({ name: "SuperShaperError", code: "supershaper/infeasible" });

describe("exactSearch", () => {
  it.each(spaces.map((space) => [space.size, space] as const))("finds what looking at all of %i shapes finds, for each window of sizes", (_, space) => {
    for (let seed = 0; seed < 20; seed++) {
      const [cost, size] = [randomSum(seed, seed % 2 === 0 ? 5 : undefined), randomSum(1000 + seed, 7)];
      const all = [...space].map((shape) => ({ size: evaluatePairwiseSum(size, shape), cost: evaluatePairwiseSum(cost, shape) }));
      const { least, most } = pairwiseRange(space, size);
      expect([least, most]).toEqual([Math.min(...all.map((each) => each.size)), Math.max(...all.map((each) => each.size))]);
      for (let atLeast = least - 1; atLeast <= most + 1; atLeast += 2) {
        for (const atMost of [atLeast, atLeast + 1, atLeast + 5, Infinity]) {
          const allowed = all.filter((each) => each.size >= atLeast && each.size <= atMost);
          const search = (): number => exactSearch({ space, cost, size, atLeast, atMost }).cost;
          if (allowed.length === 0) expect(search).toThrow(infeasible);
          else expect(search()).toBeCloseTo(Math.min(...allowed.map((each) => each.cost)), 12);
        }
      }
    }
  });

  it("finds a shape whose size is the bound itself, though sums of fractions depend on their order", () => {
    for (let seed = 0; seed < 200; seed++) {
      const [cost, size] = [randomSum(seed), randomSum(1000 + seed)];
      const { least, most } = pairwiseRange(spaces[0]!, size);
      const search = { space: spaces[0]!, cost, size };
      expect(exactSearch({ ...search, atMost: least }).size).toBeCloseTo(least, 10);
      expect(exactSearch({ ...search, atLeast: most }).size).toBeCloseTo(most, 10);
      const own = evaluatePairwiseSum(size, search.space.draw(seed, 0));
      expect(exactSearch({ ...search, atLeast: own, atMost: own }).size).toBeCloseTo(own, 10);
    }
  });

  it("finds the cheapest of fractional sizes between two bounds, though equal ones differ by rounding until a term makes them equal", () => {
    const space = new ShapeSpace({ heads: 1, layers: 7, widths: [1, 2, 3] });
    for (let seed = 0; seed < 6; seed++) {
      const [cost, whole] = [randomSum(seed), randomSum(1000 + seed, 7)];
      const size: PairwiseSum = { constant: whole.constant / 10, unary: (...at) => whole.unary(...at) / 10, pair: (...at) => whole.pair(...at) / 10 };
      const all = [...space].map((shape) => ({ tenths: evaluatePairwiseSum(whole, shape), cost: evaluatePairwiseSum(cost, shape) }));
      for (const tenths of new Set(all.map((each) => each.tenths))) {
        const found = exactSearch({ space, cost, size, atLeast: (tenths - 0.5) / 10, atMost: (tenths + 0.5) / 10 });
        expect(found.size).toBeCloseTo(tenths / 10, 10);
        expect(found.cost).toBeCloseTo(Math.min(...all.filter((each) => each.tenths === tenths).map((each) => each.cost)), 12);
      }
    }
  });

  const paper = new ShapeSpace();
  const parameters = parameterSum(paper, { accounting: "supershaper-paper" });
  const wider = { constant: 0, unary: (layer: number, width: number) => -(layer + 1) * Math.sqrt(width), pair: (_: number, width: number, next: number) => Math.abs(width - next) / 500 };

  it("beats every random shape of the paper's space within its budget", () => {
    const best = exactSearch({ space: paper, cost: wider, size: parameters, atMost: 63_413_280 });
    expect(best.size).toBeLessThanOrEqual(63_413_280);
    expect(evaluatePairwiseSum(parameters, best.shape)).toBe(best.size);
    for (const shape of paper.sample(1, 5000)) {
      if (evaluatePairwiseSum(parameters, shape) <= 63_413_280) expect(evaluatePairwiseSum(wider, shape)).toBeGreaterThanOrEqual(best.cost);
    }
  });

  it("finds shapes of one exact count, and says so where there is none", () => {
    const { size, cost } = exactSearch({ space: paper, cost: wider, size: parameters, atLeast: 63_413_280, atMost: 63_413_280 });
    expect(size).toBe(63_413_280);
    expect(cost).toBeLessThanOrEqual(evaluatePairwiseSum(wider, [480, 240, 360, 240, 540, 480, 360, 360, 360, 360, 540, 480]));
    expect(() => exactSearch({ space: paper, cost: wider, size: parameters, atLeast: 63_413_281, atMost: 63_413_281 })).toThrow(infeasible);
  });

  it("finds the largest shape of a budget, though then no size is dominated by another", () => {
    const fewest = { constant: 0, unary: (layer: number, width: number) => -parameters.unary(layer, width), pair: (layer: number, width: number, next: number) => -parameters.pair(layer, width, next) };
    const { size } = exactSearch({ space: paper, cost: fewest, size: parameters, atMost: 63_000_005 });
    expect(size).toBe(63_000_000);
    expect(() => exactSearch({ space: paper, cost: fewest, size: parameters, atLeast: size + 1, atMost: 63_000_005 })).toThrow(infeasible);
  });

  it("gives the feasible range where a budget is beyond it", () => {
    expect(() => exactSearch({ space: paper, cost: wider, size: parameters, atMost: 20e6 })).toThrow("sizes are in [33189360, 115989504]");
    expect(() => exactSearch({ space: paper, cost: wider, size: parameters, atLeast: 2e8 })).toThrow(infeasible);
  });

  it("takes many layers with one bound, and refuses two that bind together there", () => {
    const deep = new ShapeSpace({ layers: 24, heads: 1, widths: [1, 2, 3, 4, 5, 6, 7] });
    const [cost, size] = [randomSum(1), randomSum(2)];
    const { least, most } = pairwiseRange(deep, size);
    const middle = (least + most) / 2;
    expect(exactSearch({ space: deep, cost, size, atMost: middle }).size).toBeLessThanOrEqual(middle);
    expect(() => exactSearch({ space: deep, cost, size, atLeast: most - 2, atMost: most - 1.999 })).toThrow(expect.objectContaining({ code: "supershaper/too-large", message: expect.stringContaining("one bound instead of two") }));
  });

  it.each([[Number.NaN, 1], [2, 1], [0, Number.NaN]])("refuses the bounds %d and %d", (atLeast, atMost) => {
    expect(() => exactSearch({ space: paper, cost: wider, atLeast, atMost })).toThrow(expect.objectContaining({ code: "supershaper/bad-option" }));
  });
});
