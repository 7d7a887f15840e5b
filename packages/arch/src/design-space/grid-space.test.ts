import { describe, expect, it } from "vitest";
import { type ArchErrorCode } from "../arch-error.js";
import { type ArchTuple } from "../arch-tuple.js";
import { parameterCount } from "../parameter-count.js";
import { type MeasureRange } from "./design-space.js";
import { bortSpace, gridSpace, parseSpace, type SpaceAxes } from "./grid-space.js";

const lists: SpaceAxes = { depth: [2, 4], heads: [2, 3], hidden: [64, 96], intermediate: [128, 256] };

describe("gridSpace", () => {
  it("lists every combination, the intermediate size fastest", () => {
    const points = [...gridSpace(lists)];
    expect(points).toHaveLength(16);
    expect(points.slice(0, 5)).toEqual([[2, 2, 64, 128], [2, 2, 64, 256], [2, 2, 96, 128], [2, 2, 96, 256], [2, 3, 64, 128]]);
    expect(points.at(-1)).toEqual([4, 3, 96, 256]);
  });

  it("holds the points whose heads divide the hidden size, in order, as often as asked", () => {
    const space = gridSpace(lists);
    const valid = space.valid();
    const expected = [...space].filter(([, heads, hidden]) => hidden % heads === 0);
    expect(expected).toHaveLength(12);
    expect([...valid]).toEqual(expected);
    expect([...valid]).toEqual(expected);
    expect(valid.size).toBe(12n);
    expect(expected.map((_, index) => valid.at(index))).toEqual(expected);
  });

  it("does not list its points to be measured, indexed or begun", () => {
    const many = Array.from({ length: 100_000 }, (_, index) => index + 1);
    const space = gridSpace({ depth: many, heads: [1, 2, 3], hidden: [2], intermediate: many });
    expect(space.size).toBe(30_000_000_000n);
    expect(space.at(space.size - 1n)).toEqual([100_000, 3, 2, 100_000]);
    expect(space[Symbol.iterator]().next().value).toEqual([1, 1, 2, 1]);
    expect(space.valid().size).toBe(20_000_000_000n);
    expect(space.valid().at(0)).toEqual([1, 1, 2, 1]);
  });

  it("knows the network of a point, in RoBERTa's tables or others", () => {
    const tuple: ArchTuple = [2, 2, 64, 128];
    expect(gridSpace(lists).arch(tuple)).toMatchObject({ hiddenSize: 64, vocabSize: 50_265, positions: 514, pooler: true });
    const small = gridSpace(lists, { vocabSize: 100, positions: 16 });
    expect(small.arch(tuple)).toMatchObject({ layers: { length: 2 }, vocabSize: 100, positions: 16, pooler: false });
    expect(() => gridSpace(lists).arch([2, 3, 64, 128])).toThrow(expect.objectContaining({ code: "arch/heads-do-not-divide-hidden" }));
  });
});

describe("bortSpace", () => {
  const parameters = (tuple: ArchTuple): number => parameterCount(bortSpace.arch(tuple)).total;

  it("has 360 points, 300 of which can be built, BERT-base among them", () => {
    expect([bortSpace.size, bortSpace.valid().size]).toEqual([360n, 300n]);
    expect([...bortSpace.valid()]).toHaveLength(300);
    expect(bortSpace.valid().has([12, 12, 768, 3072])).toBe(true);
    expect(bortSpace.valid().has([12, 12, 512, 3072])).toBe(false);
    expect([...bortSpace.valid()].every((tuple) => parameters(tuple) > 0)).toBe(true);
  });

  it("puts Bort into RoBERTa's tables", () => {
    const embedding = (50_265 + 514 + 1 + 2) * 1024;
    const pooler = 1024 * 1024 + 1024;
    expect(parameters([4, 8, 1024, 768])).toBe(embedding + 23_108_608 + pooler);
  });

  it.each<MeasureRange>([{ atMost: 60e6 }, { atLeast: 100e6 }, { atLeast: 50e6, atMost: 76_161_024 }])("counts those with parameters %o", (range) => {
    const { atLeast = 0, atMost = Infinity } = range;
    const expected = [...bortSpace.valid()].filter((tuple) => parameters(tuple) >= atLeast && parameters(tuple) <= atMost);
    const within = bortSpace.valid().within(parameters, range);
    expect(expected.length).toBeGreaterThan(20);
    expect(within.size).toBe(BigInt(expected.length));
    expect([...within]).toEqual(expected);
  });
});

describe("parseSpace", () => {
  it("reads a space.json", () => {
    const space = parseSpace(JSON.parse('{"depth":[2,4],"heads":[2,4],"hidden":[64,128],"intermediate":[128,256]}'));
    expect(space.size).toBe(16n);
    expect(parseSpace(JSON.parse(JSON.stringify(space.lists))).lists).toEqual(space.lists);
  });

  it.each<[string, unknown, ArchErrorCode]>([
    ["null", null, "arch/bad-space"],
    ["a list", [2, 4], "arch/bad-space"],
    ["a number for a list", { ...lists, depth: 2 }, "arch/bad-space"],
    ["a missing key", { depth: [2], heads: [2], hidden: [64] }, "arch/missing-field"],
    ["an unknown key", { ...lists, width: [1] }, "arch/unknown-key"],
    ["an empty list", { ...lists, heads: [] }, "arch/empty-list"],
    ["a duplicate", { ...lists, hidden: [64, 128, 64] }, "arch/duplicate"],
    ["a fraction", { ...lists, depth: [2.5] }, "arch/bad-size"],
    ["a text", { ...lists, depth: ["2"] }, "arch/bad-size"],
    ["a zero", { ...lists, intermediate: [0] }, "arch/bad-size"],
    ["a size out of all proportion", { ...lists, hidden: [1e12] }, "arch/bad-size"],
  ])("refuses %s", (_, json, code) => {
    expect(() => parseSpace(json)).toThrow(expect.objectContaining({ name: "ArchError", code }));
  });
});
