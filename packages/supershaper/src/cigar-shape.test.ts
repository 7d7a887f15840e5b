import { evaluatePairwiseSum } from "@bort/predictors";
import { describe, expect, it } from "vitest";
import { cigarReference, cigarShape, scaledShape } from "./cigar-shape.js";
import { parameterSum } from "./shape-counts.js";
import { ShapeSpace } from "./shape-space.js";

const space = new ShapeSpace();
const parameters = parameterSum(space);

describe("scaledShape", () => {
  it("is the reference at factor 1", () => expect(scaledShape(space, 1)).toEqual(cigarReference));

  it("rounds layers 2 to 5 down and the others up", () => {
    // 360, 240, 240, 240, 360, 360, 360, 360, 480, 480, 540, 540 times 1.1
    expect(scaledShape(space, 1.1)).toEqual([480, 240, 240, 240, 360, 480, 480, 480, 540, 540, 600, 600]);
    expect(scaledShape(space, 0.9)).toEqual([360, 120, 120, 120, 240, 360, 360, 360, 480, 480, 540, 540]);
  });

  it("stays in the space at the ends, and never narrows a layer as the factor rises", () => {
    expect(scaledShape(space, 1e-9)).toEqual(space.smallest);
    expect(scaledShape(space, 1e9)).toEqual(space.largest);
    const shapes = Array.from({ length: 200 }, (_, i) => scaledShape(space, 0.02 * (i + 1)));
    for (let i = 1; i < shapes.length; i++) expect(shapes[i]!.every((width, layer) => width >= shapes[i - 1]![layer]!)).toBe(true);
  });

  it("takes other spaces, with the reference at their depth or one of their own", () => {
    const small = new ShapeSpace({ layers: 6, heads: 4, widths: [32, 64, 96, 128, 160, 192, 256] });
    // 360, 240, 360, 360, 480, 540 times 1 / 3; the second and the third are rounded down.
    expect(scaledShape(small, 1 / 3)).toEqual([128, 64, 96, 128, 160, 192]);
    expect(scaledShape(new ShapeSpace({ layers: 3, heads: 4, widths: [16, 32, 64] }), 2, { reference: [12, 20, 30], earlyMiddle: [1] })).toEqual([32, 32, 64]);
    expect(() => scaledShape(small, 2, { reference: [12] })).toThrow(expect.objectContaining({ code: "supershaper/bad-shape" }));
    expect(() => scaledShape(space, Number.NaN)).toThrow(expect.objectContaining({ code: "supershaper/bad-option" }));
  });
});

describe("cigarShape", () => {
  it("gives no shape that another factor beats", () => {
    const sizes = Array.from({ length: 3000 }, (_, i) => evaluatePairwiseSum(parameters, scaledShape(space, 0.002 * (i + 1))));
    for (const target of [34e6, 45e6, 53e6, 63e6, 69e6, 80e6, 96e6, 115e6]) {
      const { shape, factor, size } = cigarShape({ space, target });
      expect(scaledShape(space, factor)).toEqual(shape);
      expect(size).toBe(evaluatePairwiseSum(parameters, shape));
      expect(Math.abs(size - target)).toBeLessThanOrEqual(Math.min(...sizes.map((each) => Math.abs(each - target))));
    }
  });

  it("is the paper's network at its own size", () => {
    expect(cigarShape({ space, target: evaluatePairwiseSum(parameters, cigarReference) })).toMatchObject({ shape: cigarReference, factor: 1 });
  });

  it("refuses sizes that no shape has, and says which there are", () => {
    for (const target of [20e6, 2e8, Number.NaN]) expect(() => cigarShape({ space, target })).toThrow(expect.objectContaining({ code: "supershaper/infeasible", message: expect.stringContaining("in [32") }));
  });
});
