import { describe, expect, it } from "vitest";
import { type BoostedTrees } from "./boost-trees.js";
import { featureImportance } from "./feature-importance.js";

const leaf = { value: 0 };
const split = (feature: number, gain: number, left: BoostedTrees["trees"][number] = leaf): BoostedTrees["trees"][number] => ({ feature, threshold: 0, gain, left, right: leaf });

describe("featureImportance", () => {
  const model: BoostedTrees = { features: 3, base: 0, trees: [split(0, 6, split(2, 1)), split(2, 3)] };

  it("is the share of all gain, by the splits of every tree", () => {
    expect(featureImportance(model)).toEqual([0.6, 0, 0.4]);
  });

  it("is the share of the mean gain of a split, which a feature of one great split is ahead by", () => {
    expect(featureImportance(model, "mean")).toEqual([0.75, 0, 0.25]);
  });

  it("is 0 everywhere without a split", () => {
    expect(featureImportance({ ...model, trees: [leaf] })).toEqual([0, 0, 0]);
  });
});
