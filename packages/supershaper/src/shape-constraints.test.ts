import { fitPairwise } from "@bort/predictors";
import { describe, expect, it } from "vitest";
import { pairwiseRange } from "./pairwise-range.js";
import { ShapeConstraints } from "./shape-constraints.js";
import { parameterSum } from "./shape-counts.js";
import { ShapeSpace } from "./shape-space.js";
import { randomSum } from "./toy-sums.js";

const space = new ShapeSpace({ heads: 1, layers: 2, widths: [1, 2, 3, 4, 5] });
const total = ([a, b]: readonly number[]): number => a! + b!; // 2 to 10

describe("ShapeConstraints", () => {
  it("measures how far a shape is off as a share of the range, on either side, added up", () => {
    const constraints = new ShapeConstraints(space, [{ name: "total", measure: total, atLeast: 5, atMost: 6 }, { name: "first", measure: ([a]) => a!, atMost: 2 }]);
    expect([[2, 3], [2, 4], [1, 1], [2, 5], [5, 5]].map((shape) => constraints.violation(shape))).toEqual([0, 0, 3 / 8, 1 / 8, 4 / 8 + 3 / 4]);
    expect(constraints.measured([2, 5])).toEqual({ total: 7, first: 2 });
  });

  it("keeps everything where there are none", () => {
    expect(new ShapeConstraints(space, []).violation([5, 5])).toBe(0);
  });

  it("refuses at once what a sum cannot be, and of other measures says what was seen", () => {
    const parameters = parameterSum(space);
    expect(() => new ShapeConstraints(space, [{ name: "parameters", measure: parameters, atMost: 5 }])).toThrow(expect.objectContaining({ code: "supershaper/infeasible" }));
    const constraints = new ShapeConstraints(space, [{ name: "total", measure: total, atLeast: 11 }]);
    constraints.violation([5, 5]);
    expect(constraints.infeasible(7).message).toBe(
      "supershaper: none of 7 shapes that were tried keeps all constraints, total in [11, Infinity], where those looked at have [2, 10]; widen them");
  });

  it("refuses measures that are not finite", () => {
    expect(() => new ShapeConstraints(space, [{ name: "x", measure: () => Number.NaN }])).toThrow(expect.objectContaining({ code: "supershaper/bad-measure" }));
  });

  it("lets sums be what their range says, in whatever order terms are added, and nothing beyond", () => {
    const mixed = new ShapeSpace({ heads: 1, widths: [[1, 2, 5], [3, 4], [2, 7, 9], [1, 8]] });
    for (let seed = 0; seed < 50; seed++) {
      const measure = randomSum(seed);
      const { least, most } = pairwiseRange(mixed, measure);
      for (const ends of [{ atMost: least }, { atLeast: most }]) {
        const constraints = new ShapeConstraints(mixed, [{ name: "sum", measure, ...ends }]);
        expect([...mixed].some((shape) => constraints.violation(shape) === 0)).toBe(true);
      }
      for (const ends of [{ atMost: least - 1e-6 }, { atLeast: most + 1e-6 }]) {
        expect(() => new ShapeConstraints(mixed, [{ name: "sum", measure, ...ends }])).toThrow(expect.objectContaining({ code: "supershaper/infeasible" }));
      }
    }
  });

  it.each(["logarithm", "value"] as const)("knows what a pairwise predictor of the target %s says of all shapes", (target) => {
    const small = new ShapeSpace({ layers: 4 });
    const rows = small.sample(1, 60).map((shape) => ({ shape, value: 5 + shape.reduce((sum, width, layer) => sum + (layer + 1) * 100 / width, 0) }));
    const measure = fitPairwise(rows, { target });
    const values = [...small].map((shape) => measure.predict(shape));
    const [least, most] = [Math.min(...values), Math.max(...values)];
    const [, ...told] = /all shapes have \[(.*), (.*)\]/.exec(new ShapeConstraints(small, [{ name: "perplexity", measure }]).infeasible(1).message)!;
    expect(told.map(Number)).toEqual([expect.closeTo(least, 10), expect.closeTo(most, 10)]);
    for (const ends of [{ atMost: least - 0.01 }, { atLeast: most + 0.01 }]) {
      expect(() => new ShapeConstraints(small, [{ name: "perplexity", measure, ...ends }])).toThrow(expect.objectContaining({ code: "supershaper/infeasible" }));
    }
    for (const ends of [{ atMost: least + 1e-9 }, { atLeast: most - 1e-9 }]) {
      const constraints = new ShapeConstraints(small, [{ name: "perplexity", measure, ...ends }]);
      expect([...small].some((shape) => constraints.violation(shape) === 0)).toBe(true);
    }
  });
});
