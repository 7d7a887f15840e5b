import { describe, expect, it } from "vitest";
import { flops } from "../flops.js";
import { parameterCount } from "../parameter-count.js";
import { schubertSpace } from "./schubert-space.js";

type Point = readonly number[];

describe("schubertSpace", () => {
  it("goes from one to BERT-base by default", () => {
    const space = schubertSpace();
    expect(space.size).toBe(768n * (64n * 12n * 64n * 3072n) ** 12n);
    expect(space.axes.slice(0, 6).map(({ name }) => name))
      .toEqual(["hidden", "layer 1 keySize", "layer 1 heads", "layer 1 valueSize", "layer 1 intermediateSize", "layer 2 keySize"]);
    const largest = space.at(space.size - 1n);
    expect(parameterCount(space.arch(largest)).total).toBe(109_482_240);
    expect(space.indexOf(largest)).toBe(space.size - 1n);
    expect(space.arch(space.at(0))).toMatchObject({ hiddenSize: 1, layers: { 11: { heads: 1, keySize: 1, valueSize: 1, intermediateSize: 1 } } });
    expect(space.sample(0, 20).every((point) => space.has(point))).toBe(true);
  });

  it("puts each size where its name says", () => {
    const frame = { vocabSize: 10, positions: 8 };
    const space = schubertSpace({ layers: 2, hidden: [9], keySize: [2], heads: [3], valueSize: [4], intermediateSize: [5, 6], frame });
    expect(space.arch([9, 2, 3, 4, 5, 2, 3, 4, 6])).toMatchObject({
      vocabSize: 10, hiddenSize: 9, pooler: false,
      layers: [{ keySize: 2, heads: 3, valueSize: 4, intermediateSize: 5 }, { keySize: 2, heads: 3, valueSize: 4, intermediateSize: 6 }],
    });
  });

  it("is counted as a search of all points would, by parameters and by FLOPs", () => {
    const space = schubertSpace({
      layers: 2, hidden: [8, 12], keySize: [2, 3], heads: { from: 1, to: 3 }, valueSize: [2, 4], intermediateSize: [16, 20],
      frame: { vocabSize: 50, positions: 16 },
    });
    const points = [...space];
    expect(points).toHaveLength(2 * 24 ** 2);
    const parameters = (point: Point): number => parameterCount(space.arch(point)).total;
    const operations = (point: Point): number => flops(space.arch(point), { sequence: 16 }).total;
    for (const measure of [parameters, operations]) {
      const sorted = points.map(measure).sort((a, b) => a - b);
      const [atLeast, atMost] = [sorted[300]!, sorted[500]!];
      const expected = points.filter((point) => measure(point) >= atLeast && measure(point) <= atMost);
      const within = space.within(measure, { atLeast, atMost });
      expect([...within]).toEqual(expected);
      expect(within.size).toBe(BigInt(expected.length));
      expect(within.at(57)).toEqual(expected[57]);
    }
  });

  it("counts 12 layers of a coarse grid", () => {
    const intermediateSize = { from: 768, to: 3072, step: 768 };
    const space = schubertSpace({ hidden: [384, 768], keySize: [32, 64], heads: [6, 12], valueSize: [32, 64], intermediateSize });
    const parameters = (point: Point): number => parameterCount(space.arch(point)).total;
    const within = space.within(parameters, { atLeast: 60e6, atMost: 66e6 });
    expect(within.size).toBeGreaterThan(2n ** 53n);
    expect(within.sample(3, 20).map(parameters).every((count) => count >= 60e6 && count <= 66e6)).toBe(true);
  });

  it("says that the full ranges are too fine to count within", () => {
    expect(() => schubertSpace().within(() => 1, { atLeast: 1 })).toThrow(expect.objectContaining({ code: "arch/too-large" }));
  });

  it.each([{ layers: 0 }, { layers: 1e5 }, { hidden: [0] }, { heads: { from: 1, to: 0 } }, { keySize: [NaN] }])("refuses %o", (options) => {
    expect(() => schubertSpace(options)).toThrow(expect.objectContaining({ code: "arch/bad-size" }));
  });
});
