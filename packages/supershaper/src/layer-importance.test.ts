import { evaluatePairwiseSum, type Shape } from "@bort/predictors";
import { describe, expect, it } from "vitest";
import { layerImportance } from "./layer-importance.js";
import { parameterSum } from "./shape-counts.js";
import { ShapeSpace } from "./shape-space.js";

const space = new ShapeSpace({ heads: 1, layers: 3, widths: [1, 2, 3, 4] });
const near = (shares: readonly number[]): unknown => shares.map((share) => expect.closeTo(share, 1));
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value / values.length, 0);

describe("layerImportance", () => {
  it("gives each layer its share of the variance of a sum", () => {
    // Variances of 1 x, 2 x and 0 x are as 1 : 4 : 0.
    expect(layerImportance(space, ([a, b]) => a! + 2 * b! + 7, { samples: 4000 })).toEqual(near([0.2, 0.8, 0]));
  });

  it("gives what two layers do together to both", () => {
    // With x, y in {±0.5, ±1.5}: x y has variance v^2, all of it an interaction.
    expect(layerImportance(space, ([a, , c]: Shape) => (a! - 2.5) * (c! - 2.5), { samples: 4000, seed: 3 })).toEqual(near([1, 0, 1]));
  });

  it("is nothing where nothing varies", () => {
    expect(layerImportance(space, () => 3.7)).toEqual([0, 0, 0]);
    expect(layerImportance(new ShapeSpace({ heads: 1, layers: 2, widths: [3] }), ([a]) => a!)).toEqual([0, 0]);
  });

  it("is what looking at all shapes gives, for a parameter count", () => {
    const small = new ShapeSpace({ layers: 4 });
    const parameters = parameterSum(small);
    const variance = (values: readonly number[]): number => mean(values.map((value) => value ** 2)) - mean(values) ** 2;
    const all = [...small];
    const total = variance(all.map((shape) => evaluatePairwiseSum(parameters, shape) / 1e6));
    const exact = small.widths.map((widths, layer) =>
      mean(all.filter((shape) => shape[layer] === widths[0]).map((shape) => variance(widths.map((width) => evaluatePairwiseSum(parameters, shape.with(layer, width)) / 1e6)))) / total);
    layerImportance(small, parameters, { samples: 20_000 }).forEach((share, layer) => expect(Math.abs(share - exact[layer]!)).toBeLessThan(0.05 * exact[layer]!));
  });

  it("is about the same for every layer of a parameter count, a little more for the ends", () => {
    for (const share of layerImportance(new ShapeSpace(), parameterSum(new ShapeSpace()), { samples: 20_000 })) {
      expect(share).toBeGreaterThan(0.95 / 12);
      expect(share).toBeLessThan(1.15 / 12);
    }
  });

  it("refuses a single sample, and measures that are not finite", () => {
    expect(() => layerImportance(space, () => 1, { samples: 1 })).toThrow(expect.objectContaining({ code: "supershaper/bad-option" }));
    expect(() => layerImportance(space, () => Infinity)).toThrow(expect.objectContaining({ code: "supershaper/bad-measure" }));
  });
});
