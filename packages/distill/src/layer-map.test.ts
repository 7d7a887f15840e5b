import { describe, expect, it } from "vitest";
import { layerPairs } from "./layer-map.js";

describe("layerPairs", () => {
  it.each([
    [4, 12, 0, [[0, 0], [1, 3], [2, 6], [3, 9], [4, 12]]],
    [4, 12, 1, [[1, 3], [2, 6], [3, 9], [4, 12]]],
    [2, 3, 1, [[1, 2], [2, 3]]],
    [3, 3, 0, [[0, 0], [1, 1], [2, 2], [3, 3]]],
    [4, 2, 1, [[1, 1], [2, 1], [3, 2], [4, 2]]],
  ] as const)("spreads %d layers over %d, from %d on", (student, teacher, first, pairs) => expect(layerPairs("uniform", { student, teacher, first })).toEqual(pairs));

  it("takes the last of both, or what it is given", () => {
    expect(layerPairs("last", { student: 4, teacher: 24, first: 1 })).toEqual([[4, 24]]);
    expect(layerPairs([[4, 21], [1, 1]], { student: 4, teacher: 24, first: 1 })).toEqual([[4, 21], [1, 1]]);
  });

  it.each([[[]], [[[0, 1]]], [[[5, 1]]], [[[1, 25]]], [[[1.5, 2]]]] as const)("refuses %j", (map) => {
    expect(() => layerPairs(map as readonly (readonly [number, number])[], { student: 4, teacher: 24, first: 1 })).toThrow(expect.objectContaining({ code: "distill/bad-option" }));
  });
});
