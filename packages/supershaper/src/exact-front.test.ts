import { evaluatePairwiseSum } from "@bort/predictors";
import { describe, expect, it } from "vitest";
import { exactFront, type SizedShape } from "./exact-front.js";
import { parameterSum } from "./shape-counts.js";
import { ShapeSpace } from "./shape-space.js";
import { randomSum } from "./toy-sums.js";

const spaces: readonly ShapeSpace[] = [
  new ShapeSpace({ heads: 1, widths: [[1, 2, 5], [3, 4], [2, 7, 9], [1, 8], [1, 2, 3, 4]] }),
  new ShapeSpace({ heads: 1, layers: 6, widths: [1, 2, 3] }),
  new ShapeSpace({ heads: 1, layers: 1, widths: [1, 2, 3, 4] }),
  new ShapeSpace({ heads: 1, layers: 3, widths: [6] }),
];

/** The undominated pairs of all shapes. */
function bruteFront(all: readonly SizedShape[]): [size: number, cost: number][] {
  const sorted = all.toSorted((a, b) => a.size - b.size || a.cost - b.cost);
  let least = Infinity;
  return sorted.filter(({ cost }) => cost < least - 1e-12 && ((least = cost), true)).map(({ size, cost }) => [size, cost]);
}

describe("exactFront", () => {
  it.each(spaces.map((space) => [space.size, space] as const))("is the front of all shapes, with sums that tie and with sums that do not: %i shapes", (_, space) => {
    for (let seed = 0; seed < 30; seed++) {
      const [cost, size] = [randomSum(seed, seed % 2 === 0 ? 4 : undefined), randomSum(1000 + seed, 6)];
      const front = exactFront({ space, cost, size });
      const all = [...space].map((shape) => ({ shape, size: evaluatePairwiseSum(size, shape), cost: evaluatePairwiseSum(cost, shape) }));
      expect(front.map((point) => point.size)).toEqual(bruteFront(all).map(([each]) => each));
      front.forEach((point, i) => expect(point.cost).toBeCloseTo(bruteFront(all)[i]![1], 12));
      for (const { shape, size: its, cost: dear } of front) {
        expect(space.has(shape)).toBe(true);
        expect([evaluatePairwiseSum(size, shape), evaluatePairwiseSum(cost, shape)]).toEqual([its, dear]);
      }
    }
  });

  it("trades for parameters where nothing else is said", () => {
    const space = new ShapeSpace({ layers: 3 });
    const parameters = parameterSum(space);
    for (const { shape, size } of exactFront({ space, cost: randomSum(3) })) expect(size).toBe(evaluatePairwiseSum(parameters, shape));
  });

  it("refuses sums that are not finite", () => {
    const infinite = { constant: 0, unary: () => Infinity, pair: () => 0 };
    expect(() => exactFront({ space: spaces[0]!, cost: infinite })).toThrow(expect.objectContaining({ code: "supershaper/bad-measure" }));
  });
});
