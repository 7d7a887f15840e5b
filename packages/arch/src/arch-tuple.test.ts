import { describe, expect, it } from "vitest";
import { archOf, type ArchTuple, formatTuple, parseTuple, tupleOf } from "./arch-tuple.js";
import { type ArchFrame } from "./uniform-arch.js";

const frame: ArchFrame = { vocabSize: 50_265, positions: 512 };
const bort: ArchTuple = [4, 8, 1024, 768];

describe("tupleOf", () => {
  it("is the inverse of archOf", () => {
    expect(tupleOf(archOf(bort, frame))).toEqual(bort);
  });

  it.each([{ heads: 4 }, { keySize: 64 }, { valueSize: 64 }, { intermediateSize: 767 }])("is undefined where one layer has %o", (change) => {
    const arch = archOf(bort, frame);
    const layers = arch.layers.map((layer, index) => index === 3 ? { ...layer, ...change } : layer);
    expect(tupleOf({ ...arch, layers })).toBeUndefined();
  });

  it("is undefined where every layer lost half of its heads", () => {
    const arch = archOf(bort, frame);
    expect(tupleOf({ ...arch, layers: arch.layers.map((layer) => ({ ...layer, heads: 4 })) })).toBeUndefined();
  });
});

describe("parseTuple", () => {
  it("reads what formatTuple writes", () => {
    expect(formatTuple(bort)).toBe("4,8,1024,768");
    expect(parseTuple(formatTuple(bort))).toEqual(bort);
    expect(parseTuple(" 4, 8 ,1024,768\n")).toEqual(bort);
  });

  it.each([
    "", "4,8,1024", "4,8,1024,768,1", "4,8,1024,x", "4;8;1024;768", "4,8,-1024,768", "4,8,1e3,768", "4,8,1024.5,768",
  ])("refuses %j", (text) => {
    expect(() => parseTuple(text)).toThrow(expect.objectContaining({ code: "arch/bad-tuple" }));
  });

  it.each(["0,8,1024,768", "4,8,1000000000000,768"])("refuses the sizes of %s", (text) => {
    expect(() => parseTuple(text)).toThrow(expect.objectContaining({ code: "arch/bad-size" }));
  });

  it("stays on one line whatever it is given", () => {
    expect(() => parseTuple("a\nb")).toThrow('got "a\\nb"; write it like 4,8,1024,768');
  });
});
