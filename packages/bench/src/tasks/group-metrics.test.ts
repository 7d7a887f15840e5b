import { describe, expect, it } from "vitest";
import { genderParity, groupExactMatch, groupPositions } from "./group-metrics.js";

describe("metrics of groups", () => {
  // Five questions by hand: right throughout, one answer wrong, all wrong, one answer alone and right, one alone and wrong.
  const groups = ["a", "a", "a", "b", "b", "c", "c", "d", "e"];
  const gold = ["1", "0", "1", "1", "0", "0", "0", "1", "0"];
  const predicted = ["1", "0", "1", "1", "1", "1", "1", "1", "1"];

  it("count a group as right where every example is", () => {
    expect(groupExactMatch(predicted, gold, groups)).toBe(2 / 5);
    expect(groupExactMatch(gold, gold, groups)).toBe(1);
  });

  it("count a group as alike whatever is right", () => {
    expect(genderParity(predicted, groups)).toBe(4 / 5);
    expect(genderParity(gold.map(() => "0"), groups)).toBe(1);
    expect(genderParity(["1", "0", "0", "1"], ["x", "x", "y", "y"])).toBe(0);
  });

  it("take groups by name, wherever their examples are", () => {
    expect(groupPositions(["b", "a", "b", "b"])).toEqual([[0, 2, 3], [1]]);
    expect(groupExactMatch([1, 0, 1], [1, 0, 0], ["x", "y", "x"])).toBe(0.5);
  });

  it("refuse other numbers of examples, and none", () => {
    expect(() => groupExactMatch([1], [1, 0], ["a", "a"])).toThrow(expect.objectContaining({ code: "bench/lengths-differ" }));
    expect(() => genderParity([1], ["a", "a"])).toThrow(expect.objectContaining({ code: "bench/lengths-differ" }));
    expect(() => genderParity([], [])).toThrow(expect.objectContaining({ code: "bench/no-examples" }));
  });
});
