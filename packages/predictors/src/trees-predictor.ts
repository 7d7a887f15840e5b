import { type BoostedTrees, boostTrees, predictBoosted } from "./boost-trees.js";
import { type BoostTreesOptions } from "./boost-settings.js";
import { featureImportance } from "./feature-importance.js";
import { type MeasuredShape, type Predictor } from "./predictor.js";
import { requireRows } from "./require-rows.js";
import { modelRowOf, rowOf, type ShapeFeatures } from "./shape-features.js";
import { distanceOutside, requireShape, type WidthRanges, widthRanges } from "./width-ranges.js";

export interface TreesOptions extends BoostTreesOptions {
  /** Default: none, as the paper has it for perplexity; for latency it has the parameter count. */
  readonly features?: ShapeFeatures;
}

/** The fitted model as plain JSON. */
export interface TreesModel extends BoostedTrees {
  readonly kind: "trees";
  readonly range: WidthRanges;
}

export interface TreesPredictor extends Predictor {
  /** Shares of the gain (`featureImportance`): of each layer's width, then of each feature beside them. */
  importance(by?: "total" | "mean"): number[];
  toJSON(): TreesModel;
}

/** Boosted trees on widths, and features beside them; @throws what `boostTrees` throws, PredictorsError `predictors/bad-rows`, `predictors/bad-shape`, `predictors/bad-values` */
export function fitTrees(rows: readonly MeasuredShape[], { features, ...options }: TreesOptions = {}): TreesPredictor {
  requireRows(rows);
  const model = boostTrees(rows.map(({ shape }) => rowOf(shape, features)), rows.map(({ value }) => value), options);
  return treesPredictor({ kind: "trees", range: widthRanges(rows.map(({ shape }) => shape)), ...model }, features);
}

/** The predictor of a model that was fitted before, with the features that it was fitted with. */
export function treesPredictor(model: TreesModel, features?: ShapeFeatures): TreesPredictor {
  const { range } = model;
  return {
    predict: (shape) => {
      requireShape(range, shape);
      return predictBoosted(model, modelRowOf(shape, features, model.features));
    },
    distance: (shape) => distanceOutside(range, shape),
    importance: (by) => featureImportance(model, by),
    toJSON: () => model,
  };
}
