import { describe, expect, it } from "vitest";
import { archOf, type ArchTuple } from "../arch-tuple.js";
import { parameterCount } from "../parameter-count.js";
import { bortSpace, gridSpace } from "./grid-space.js";
import { sortBy, sortByParameters } from "./sort-by.js";
import { superShaperSpace } from "./super-shaper-space.js";

describe("sortBy", () => {
  it("sorts points of any space, asking for each once, ties in the order given", () => {
    const asked: unknown[] = [];
    const space = superShaperSpace({ layers: 2, widths: [12, 24, 36] });
    const sorted = sortBy(space, (shape) => {
      asked.push(shape);
      return shape[0]! + shape[1]!;
    });
    expect(sorted.map((shape) => shape.map((width) => width / 12).join(""))).toEqual(["11", "12", "21", "13", "22", "31", "23", "32", "33"]);
    expect(asked).toEqual([...space]);
  });

  it("takes infinite measures, but none that is no number", () => {
    expect(sortBy([1, 2, 3, 4], (point) => [Infinity, 5, Infinity, -Infinity][point - 1]!)).toEqual([4, 2, 1, 3]);
    expect(() => sortBy([1, 2], (point) => (point === 2 ? NaN : 0))).toThrow(expect.objectContaining({ code: "arch/bad-measure" }));
  });
});

describe("sortByParameters", () => {
  const frame = { vocabSize: 1000, positions: 64 };

  it("sorts by exact count", () => {
    const counts = sortByParameters(bortSpace.valid(), frame).map((tuple) => parameterCount(archOf(tuple, frame)).total);
    expect(counts).toHaveLength(300);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
  });

  it("leaves ties in grid order", () => {
    const space = gridSpace({ depth: [2, 1], heads: [4, 2, 1], hidden: [8], intermediate: [8] });
    expect(sortByParameters(space.valid(), frame)).toEqual([[1, 4, 8, 8], [1, 2, 8, 8], [1, 1, 8, 8], [2, 4, 8, 8], [2, 2, 8, 8], [2, 1, 8, 8]]);
  });

  it("refuses points that cannot be built", () => {
    const impossible: ArchTuple = [2, 3, 64, 128];
    expect(() => sortByParameters([impossible], frame)).toThrow(expect.objectContaining({ code: "arch/heads-do-not-divide-hidden" }));
  });
});
