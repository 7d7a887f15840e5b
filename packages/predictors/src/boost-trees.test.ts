import { readFileSync } from "node:fs";
import { random } from "@bort/data";
import { describe, expect, it } from "vitest";
import { type BoostTreesOptions } from "./boost-settings.js";
import { boostTrees, predictBoosted } from "./boost-trees.js";
import { featureImportance } from "./feature-importance.js";

/** What scikit-learn's GradientBoostingRegressor says; `test-fixtures/make-trees.py` tells how. */
const golden = JSON.parse(readFileSync(new URL("../test-fixtures/trees.json", import.meta.url), "utf8")) as {
  readonly rows: readonly (readonly number[])[];
  readonly targets: readonly number[];
  readonly options: BoostTreesOptions;
  readonly fresh: readonly (readonly number[])[];
  readonly predictions: readonly number[];
  readonly importance: readonly number[];
}[];

const rng = random(5);
const table = (count: number): { readonly rows: number[][]; readonly targets: number[] } => {
  const rows = Array.from({ length: count }, () => [rng.uniform(), rng.uniform(), rng.uniform()]);
  return { rows, targets: rows.map(([a, b]) => 3 * a! + Math.sin(7 * b!) + 0.1 * rng.normal()) };
};
const [training, fresh] = [table(200), table(200)];
const errorOf = (options: BoostTreesOptions, { rows, targets } = fresh): number => {
  const model = boostTrees(training.rows, training.targets, options);
  return rows.reduce((sum, row, i) => sum + (targets[i]! - predictBoosted(model, row)) ** 2 / rows.length, 0);
};

describe("boostTrees", () => {
  it.each(golden.map((each, i) => [i, each] as const))("equals scikit-learn's where the rules are the same: case %i", (_, { rows, targets, options, predictions, importance, ...given }) => {
    const model = boostTrees(rows, targets, options);
    for (const [i, row] of given.fresh.entries()) expect(predictBoosted(model, row)).toBeCloseTo(predictions[i]!, 10);
    for (const [i, share] of featureImportance(model).entries()) expect(share).toBeCloseTo(importance[i]!, 10);
  });

  it("fits what it was given better with every tree, to the last residual", () => {
    const errors = [1, 5, 25, 125].map((trees) => errorOf({ trees, subsample: 1, l2: 0 }, training));
    expect([...errors].sort((a, b) => b - a)).toEqual(errors);
    expect(errorOf({ trees: 400, maxDepth: 12, subsample: 1, l2: 0 }, training)).toBeLessThan(1e-12);
  });

  it("is the same for the same seed, and other trees for another", () => {
    const model = (seed: number): string => JSON.stringify(boostTrees(training.rows, training.targets, { trees: 5, seed }));
    expect(model(3)).toBe(model(3));
    expect(model(3)).not.toBe(model(4));
  });

  it("does not depend on a rising function of a feature, where trees see all rows", () => {
    const options = { trees: 20, subsample: 1 };
    const curved = boostTrees(training.rows.map(([a, b, c]) => [Math.exp(a!), b! ** 3, c!]), training.targets, options);
    const plain = boostTrees(training.rows, training.targets, options);
    for (const [a, b, c] of training.rows) expect(predictBoosted(curved, [Math.exp(a!), b! ** 3, c!])).toBeCloseTo(predictBoosted(plain, [a!, b!, c!]), 10);
  });

  it("draws towards the mean with the penalty", () => {
    const spread = (l2: number): number => {
      const model = boostTrees(training.rows, training.targets, { trees: 3, l2 });
      return Math.max(...training.rows.map((row) => Math.abs(predictBoosted(model, row) - model.base)));
    };
    expect(spread(100)).toBeLessThan(spread(1));
    expect(spread(1)).toBeLessThan(spread(0));
  });

  it("stops early where the held-out error does, before noise is learnt", () => {
    const noisy = training.targets.map((target) => target + 2 * rng.normal());
    const all = boostTrees(training.rows, noisy, { trees: 300 });
    const stopped = boostTrees(training.rows, noisy, { trees: 300, earlyStopping: { share: 0.2, rounds: 10 } });
    const error = (model: typeof all): number => fresh.rows.reduce((sum, row, i) => sum + (fresh.targets[i]! - predictBoosted(model, row)) ** 2, 0);
    expect(all.trees).toHaveLength(300);
    expect(stopped.trees.length).toBeLessThan(150);
    expect(error(stopped)).toBeLessThan(error(all));
  });

  it("keeps no tree where none helps, and gives the mean of the rows that it may see", () => {
    const model = boostTrees([[1], [2], [3], [4]], [1, 1, 1, 1], { earlyStopping: { share: 0.25, rounds: 3 } });
    expect(model).toEqual({ features: 1, base: 1, trees: [] });
  });

  it.each<[string, readonly (readonly number[])[], readonly number[], BoostTreesOptions]>([
    ["predictors/lengths-differ", [[1], [2]], [1], {}],
    ["predictors/bad-rows", [], [], {}],
    ["predictors/bad-rows", [[]], [1], {}],
    ["predictors/bad-rows", [[1], [1, 2]], [1, 2], {}],
    ["predictors/bad-rows", [[1], [Number.NaN]], [1, 2], {}],
    ["predictors/bad-rows", [[1], [2]], [1, Infinity], {}],
    ...[{ trees: 0 }, { maxDepth: 1.5 }, { minLeafRows: 0 }, { learningRate: 0 }, { subsample: 1.1 }, { l2: -1 }, { earlyStopping: { share: 0, rounds: 1 } },
      { earlyStopping: { share: 0.9, rounds: 1 } }, { earlyStopping: { share: 0.5, rounds: 0 } }].map((options): [string, number[][], number[], BoostTreesOptions] =>
      ["predictors/bad-option", [[1], [2]], [1, 2], options]),
  ])("refuses with %s: %j %j %j", (code, rows, targets, options) => {
    expect(() => boostTrees(rows, targets, options)).toThrow(expect.objectContaining({ code }));
  });

  it("refuses to predict from another number of features", () => {
    expect(() => predictBoosted(boostTrees(training.rows, training.targets, { trees: 1 }), [1, 2])).toThrow(expect.objectContaining({ code: "predictors/lengths-differ" }));
  });
});
