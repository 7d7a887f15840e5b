import { ShapeSpace } from "@bort/supershaper";
import { parameterCount } from "@bort/arch";
import { describe, expect, it } from "vitest";
import { bandedShapes } from "./banded-shapes.js";

const space = new ShapeSpace({ layers: 4, widths: [8, 16, 24, 48], heads: 4, hidden: 48, intermediate: 96, merged: false });
const countOf = (shape: readonly number[]): number => parameterCount(space.arch(shape), {}).total;

describe("bandedShapes", () => {
  it("covers every band as often as the others, the first few shapes too, and no shape twice", () => {
    const drawn = bandedShapes(space, { count: 12, seed: 0 });
    const [least, most] = [countOf(space.smallest), countOf(space.largest)];
    const bands = drawn.map(({ shape, parameters }) => {
      expect(parameters).toBe(countOf(shape));
      return Math.min(3, Math.floor((4 * (parameters - least)) / (most - least)));
    });
    expect(bands).toEqual([0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3]);
    expect(new Set(drawn.map(({ shape }) => shape.join())).size).toBe(12);
  });

  it("depends on its seed alone", () => {
    const shapes = (seed: number): string => JSON.stringify(bandedShapes(space, { count: 6, seed }));
    expect(shapes(1)).toBe(shapes(1));
    expect(shapes(1)).not.toBe(shapes(2));
  });

  it("takes a band for each of a few shapes, and refuses more than there are", () => {
    const small = new ShapeSpace({ layers: 1, widths: [8, 48], heads: 4, hidden: 48, intermediate: 96 });
    expect(bandedShapes(small, { count: 2, seed: 0 }).map(({ shape }) => shape)).toEqual([[8], [48]]);
    for (const count of [0, 3]) expect(() => bandedShapes(small, { count, seed: 0 })).toThrow(expect.objectContaining({ code: "bench/bad-option" }));
  });
});
