import { describe, expect, it } from "vitest";
import { SMALL_CHUNK, layoutOf, trainedPart } from "./parameter-layout.js";
import { type ParameterSpec } from "./parameter-spec.js";

const spec = (name: string, size: number, decay: boolean): ParameterSpec => ({ name, shape: [size], init: "normal", decay });
const [a, b, c, d] = [spec("a", 3, false), spec("b", SMALL_CHUNK, true), spec("c", 1, true), spec("d", 4, false)];
const specs = [a, b, c, d];
const offsets = (layout: ReturnType<typeof layoutOf>): number[] => specs.map(({ name }) => layout.offsetOf(name));

describe("layoutOf", () => {
  it("puts the decaying parameters first and pads each group to whole chunks", () => {
    const layout = layoutOf(specs);
    expect(layout.groups).toEqual([
      { learningRateFactor: 1, decay: true, parameters: [b, c], start: 0, end: 2 * SMALL_CHUNK },
      { learningRateFactor: 1, decay: false, parameters: [a, d], start: 2 * SMALL_CHUNK, end: 3 * SMALL_CHUNK },
    ]);
    expect(layout).toMatchObject({ size: 3 * SMALL_CHUNK, trainedSize: 3 * SMALL_CHUNK, frozen: [] });
    expect(offsets(layout)).toEqual([2 * SMALL_CHUNK, 0, SMALL_CHUNK, 2 * SMALL_CHUNK + 3]);
  });

  it("has larger chunks where parameters are many; frozen ones do not count", () => {
    const many = [spec("large", 2 ** 22, true), spec("bias", 5, false)];
    expect(layoutOf(many)).toMatchObject({ chunkSize: 4 * SMALL_CHUNK, trainedSize: 2 ** 22 + 4 * SMALL_CHUNK });
    expect(layoutOf(many, ({ name }) => ({ frozen: name === "large" }))).toMatchObject({ chunkSize: SMALL_CHUNK, trainedSize: SMALL_CHUNK });
    expect(layoutOf(specs).chunkSize).toBe(SMALL_CHUNK);
  });

  it("needs no chunk for a group without parameters", () => {
    expect(layoutOf([b]).size).toBe(SMALL_CHUNK);
  });

  it("has a group for each way of training, the usual two first, and frozen parameters behind them all without padding", () => {
    const layout = layoutOf(specs, ({ name }) => ({ a: { decay: 0.3 }, b: { frozen: true }, c: { learningRateFactor: 0.5 }, d: { decay: true } })[name]!);
    expect(layout.groups.map(({ learningRateFactor, decay, parameters: [first] }) => [learningRateFactor, decay, first!.name])).toEqual([[1, true, "d"], [1, 0.3, "a"], [0.5, true, "c"]]);
    expect(layout).toMatchObject({ frozen: [b], trainedSize: 3 * SMALL_CHUNK, size: 4 * SMALL_CHUNK });
    expect(offsets(layout)).toEqual([SMALL_CHUNK, 3 * SMALL_CHUNK, 2 * SMALL_CHUNK, 0]);
    expect(trainedPart(layout)).toMatchObject({ specs: [a, c, d], groups: layout.groups, frozen: [], size: 3 * SMALL_CHUNK });
  });

  it("keeps parameters that are trained alike in one group, whichever way that is said", () => {
    expect(layoutOf(specs, ({ name }) => (name === "b" ? { decay: 0 } : { learningRateFactor: 1, frozen: false })).groups.map(({ parameters }) => parameters)).toEqual([[c], [a, b, d]]);
  });

  it.each([{ learningRateFactor: 0 }, { learningRateFactor: -1 }, { learningRateFactor: Number.NaN }, { learningRateFactor: Infinity }, { decay: -0.1 }, { decay: Number.NaN }, { decay: Infinity }])("refuses %j", (treatment) => {
    expect(() => layoutOf(specs, () => treatment)).toThrow(expect.objectContaining({ code: "nn/bad-option", message: expect.stringContaining('"a"') }));
  });
});
