import { describe, expect, it } from "vitest";
import { sameJson } from "./json-fields.js";

describe("sameJson", () => {
  it.each<[unknown, unknown, boolean]>([
    [1, 1, true], [1, "1", false], [null, null, true], [null, undefined, false], [null, {}, false], [[], {}, false], [[], [], true],
    [[1, 2], [1, 2], true], [[1, 2], [2, 1], false], [[1], [1, 2], false], [{ a: 1, b: [{}] }, { b: [{}], a: 1 }, true],
    [{ a: 1 }, { b: 1 }, false], [{ a: undefined }, {}, false], [JSON.parse('{"__proto__":1}'), {}, false],
    [JSON.parse('{"__proto__":1}'), { a: 1 }, false], [{ toString: 1 }, { a: 1 }, false],
  ])("of %j and %j is %j", (a, b, expected) => {
    expect([sameJson(a, b), sameJson(b, a)]).toEqual([expected, expected]);
  });

  it("looks no deeper than the shallower of the two", () => {
    const deep: unknown = JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`);
    expect(sameJson(deep, [[]])).toBe(false);
  });
});
