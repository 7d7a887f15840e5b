import { describe, expect, it } from "vitest";
import { firstDifference } from "./first-difference.js";

describe("firstDifference", () => {
  it.each([
    ["a number", { a: 1, b: { c: [1, 2] } }, { a: 1, b: { c: [1, 3] } }, "b.c.1", ["2", "3"]],
    ["a field that only one has", { a: 1 }, { a: 1, b: "x" }, "b", [undefined, '"x"']],
    ["a longer list", { a: [1, 2] }, { a: [1] }, "a.1", ["2", undefined]],
    ["an object for a number", { a: { b: 1 } }, { a: 1 }, "a", ['{"b":1}', "1"]],
    ["null for an object", { a: null }, { a: {} }, "a", ["null", "{}"]],
    ["the first of several", { a: 1, b: 2 }, { a: 2, b: 3 }, "a", ["1", "2"]],
    ["values that are no objects", 1, 2, "", ["1", "2"]],
  ])("finds %s", (_, a, b, path, values) => {
    expect(firstDifference(a, b)).toEqual({ path, values });
  });

  it.each([[{ a: [1, { b: null }] }, { a: [1, { b: null }] }], [{ a: 1, b: 2 }, { b: 2, a: 1 }], [{ a: undefined }, {}], [1, 1], [null, null]])("finds none between %j and %j", (a, b) => {
    expect(firstDifference(a, b)).toBeNull();
  });
});
