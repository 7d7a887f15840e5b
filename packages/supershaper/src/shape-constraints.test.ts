import { describe, expect, it } from "vitest";
import { ShapeConstraints } from "./shape-constraints.js";
import { parameterSum } from "./shape-counts.js";
import { ShapeSpace } from "./shape-space.js";

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
});
