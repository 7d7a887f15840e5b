import { describe, expect, it } from "vitest";
import { archOf, type ArchTuple } from "./arch-tuple.js";
import { type ArchErrorCode } from "./arch-error.js";
import { bortSpace, gridSpace, parseSpace, type SpaceAxes, sortByParameters } from "./design-space.js";
import { parameterCount } from "./parameter-count.js";

const axes: SpaceAxes = { depth: [2, 4], heads: [2, 3], hidden: [64, 96], intermediate: [128, 256] };

describe("gridSpace", () => {
  it("lists every combination, the intermediate size fastest", () => {
    const points = [...gridSpace(axes)];
    expect(points).toHaveLength(16);
    expect(points.slice(0, 5)).toEqual([[2, 2, 64, 128], [2, 2, 64, 256], [2, 2, 96, 128], [2, 2, 96, 256], [2, 3, 64, 128]]);
    expect(points.at(-1)).toEqual([4, 3, 96, 256]);
    expect(new Set(points.map(String)).size).toBe(16);
  });

  it("is indexed in the order of its iteration, by either kind of integer", () => {
    const space = gridSpace(axes);
    [...space].forEach((point, index) => {
      expect(space.at(index)).toEqual(point);
      expect(space.at(BigInt(index))).toEqual(point);
    });
  });

  it.each([-1, 16, 16n, -1n, 0.5, Number.NaN, 1e300])("has nothing at %s", (index) => {
    expect(() => gridSpace(axes).at(index)).toThrow(expect.objectContaining({ code: "arch/out-of-range" }));
  });

  it("yields the points whose heads divide the hidden size, as often as asked", () => {
    const space = gridSpace(axes);
    const valid = space.valid();
    const expected = [...space].filter(([, heads, hidden]) => hidden % heads === 0);
    expect([...valid]).toEqual(expected);
    expect([...valid]).toEqual(expected);
    expect(space.validSize).toBe(BigInt(expected.length));
    expect(expected).toHaveLength(12);
  });

  it("does not list its points to be measured, indexed or begun", () => {
    const many = Array.from({ length: 100_000 }, (_, index) => index + 1);
    const space = gridSpace({ depth: many, heads: [1, 2], hidden: [2], intermediate: many });
    expect(space.size).toBe(20_000_000_000n);
    expect(space.at(space.size - 1n)).toEqual([100_000, 2, 2, 100_000]);
    expect(space[Symbol.iterator]().next().value).toEqual([1, 1, 2, 1]);
  });
});

describe("bortSpace", () => {
  it("has 360 points, 300 of which can be built, BERT-base among them", () => {
    expect([bortSpace.size, bortSpace.validSize]).toEqual([360n, 300n]);
    expect([...bortSpace.valid()]).toHaveLength(300);
    expect([...bortSpace.valid()].map(String)).toContain("12,12,768,3072");
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

describe("parseSpace", () => {
  it("reads a space.json", () => {
    const space = parseSpace(JSON.parse('{"depth":[2,4],"heads":[2,4],"hidden":[64,128],"intermediate":[128,256]}'));
    expect(space.size).toBe(16n);
    expect(parseSpace(JSON.parse(JSON.stringify(space.axes))).axes).toEqual(space.axes);
  });

  it.each<[string, unknown, ArchErrorCode]>([
    ["null", null, "arch/bad-space"],
    ["a list", [2, 4], "arch/bad-space"],
    ["a number for a list", { ...axes, depth: 2 }, "arch/bad-space"],
    ["a missing key", { depth: [2], heads: [2], hidden: [64] }, "arch/missing-field"],
    ["an unknown key", { ...axes, width: [1] }, "arch/unknown-key"],
    ["an empty list", { ...axes, heads: [] }, "arch/empty-list"],
    ["a duplicate", { ...axes, hidden: [64, 128, 64] }, "arch/duplicate"],
    ["a fraction", { ...axes, depth: [2.5] }, "arch/bad-size"],
    ["a text", { ...axes, depth: ["2"] }, "arch/bad-size"],
    ["a zero", { ...axes, intermediate: [0] }, "arch/bad-size"],
    ["a size out of all proportion", { ...axes, hidden: [1e12] }, "arch/bad-size"],
  ])("refuses %s", (_, json, code) => {
    expect(() => parseSpace(json)).toThrow(expect.objectContaining({ name: "ArchError", code }));
  });
});
