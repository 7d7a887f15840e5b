import { random } from "@bort/data";
import { evaluatePairwiseSum, type Shape } from "@bort/predictors";
import { describe, expect, it } from "vitest";
import { ShapeSpace } from "./shape-space.js";
import { tabulatedSum } from "./tabulated-sum.js";

const space = new ShapeSpace({ heads: 1, widths: [[1, 2, 5], [3, 4], [2, 7, 9], [1, 8]] });
const neighbours = (shape: Shape): number => shape.reduce((sum, width, layer) => sum + (layer + 1) * width ** 2 + width * (shape[layer - 1] ?? 11), 17);

describe("tabulatedSum", () => {
  it("is the count itself for every shape, where the count adds up over neighbours", () => {
    const sum = tabulatedSum(space, neighbours);
    for (const shape of space) expect(evaluatePairwiseSum(sum, shape)).toBe(neighbours(shape));
  });

  it("keeps fractions to rounding", () => {
    const rng = random(1, "terms");
    const terms = new Map<string, number>();
    const term = (key: string): number => terms.get(key) ?? terms.set(key, rng.normal()).get(key)!;
    const count = (shape: Shape): number => shape.reduce((sum, width, layer) => sum + term(`${layer}:${shape[layer - 1]},${width}`), 0);
    const sum = tabulatedSum(space, count);
    for (const shape of space) expect(evaluatePairwiseSum(sum, shape)).toBeCloseTo(count(shape), 10);
  });

  it("keeps fractions whose count comes to a whole number for some shapes", () => {
    const tenths = new ShapeSpace({ heads: 1, layers: 4, widths: [1, 2, 3, 4, 5, 6, 7, 8, 9] });
    const count = (shape: Shape): number => shape.reduce((sum, width) => sum + 0.1 * width, 0);
    const sum = tabulatedSum(tenths, count);
    const whole = [...tenths].filter((shape) => Number.isInteger(count(shape)));
    expect(whole.some((shape) => evaluatePairwiseSum(sum, shape) !== count(shape))).toBe(true);
    for (const shape of whole) expect(evaluatePairwiseSum(sum, shape)).toBeCloseTo(count(shape), 10);
  });

  it("refuses a whole count that is off by one, however large it is", () => {
    const count = (shape: Shape): number => 1e10 * neighbours(shape) + (shape[0] === 2 && shape[2] === 7 ? 1 : 0);
    expect(() => tabulatedSum(space, count)).toThrow(expect.objectContaining({ code: "supershaper/not-additive" }));
  });

  it("refuses a count that couples layers further apart, and one that is not finite", () => {
    expect(() => tabulatedSum(space, (shape) => shape[0]! * shape[2]!)).toThrow(expect.objectContaining({ code: "supershaper/not-additive" }));
    expect(() => tabulatedSum(space, () => Number.NaN)).toThrow(expect.objectContaining({ code: "supershaper/bad-measure" }));
  });

  it("is a constant where there is one shape, and has no pairs where there is one layer", () => {
    expect(evaluatePairwiseSum(tabulatedSum(new ShapeSpace({ heads: 1, widths: [[3]] }), neighbours), [3])).toBe(neighbours([3]));
    const one = new ShapeSpace({ heads: 1, layers: 1, widths: [3, 6] });
    const sum = tabulatedSum(one, neighbours);
    for (const shape of one) expect(evaluatePairwiseSum(sum, shape)).toBe(neighbours(shape));
  });
});
