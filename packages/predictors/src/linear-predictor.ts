import { dot } from "./dot.js";
import { type MeasuredShape, type Predictor } from "./predictor.js";
import { requireOneLength, requireRows } from "./require-rows.js";
import { ridgeRegression } from "./ridge-regression.js";
import { modelRowOf, rowOf, type ShapeFeatures } from "./shape-features.js";
import { type Target, targetsOf, valueOf } from "./target-scale.js";
import { distanceOutside, requireShape, type WidthRanges, widthRanges } from "./width-ranges.js";

export interface LinearOptions {
  /** Default "value". */
  readonly target?: Target;
  /** Default: none. */
  readonly features?: ShapeFeatures;
}

/** The fitted model as plain JSON. */
export interface LinearModel {
  readonly kind: "linear";
  readonly target: Target;
  readonly range: WidthRanges;
  readonly intercept: number;
  /** Of each layer's width, then of each feature beside them, in the target's scale a unit. */
  readonly coefficients: readonly number[];
}

export interface LinearPredictor extends Predictor {
  toJSON(): LinearModel;
}

/** Ridge regression on standardised widths, and features beside them; @throws PredictorsError `predictors/bad-rows`, `predictors/bad-shape`, `predictors/bad-values`, `predictors/bad-option` */
export function fitLinear(rows: readonly MeasuredShape[], { target = "value", features }: LinearOptions = {}): LinearPredictor {
  requireRows(rows);
  const table = rows.map(({ shape }) => rowOf(shape, features));
  requireOneLength(table);
  const deviations = table[0]!.map((_, feature) => deviationOf(table.map((row) => row[feature]!)));
  const fit = ridgeRegression(table.map((row) => row.map((value, i) => value / deviations[i]!)), targetsOf(rows, target));
  const coefficients = fit.coefficients.map((coefficient, i) => coefficient / deviations[i]!);
  return linearPredictor({ kind: "linear", target, range: widthRanges(rows.map(({ shape }) => shape)), intercept: fit.intercept, coefficients }, features);
}

/** The standard deviation; 1 where all values are equal, so that they can be divided by it. */
function deviationOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2 / values.length, 0));
  return values.every((value) => value === values[0]) ? 1 : deviation;
}

/** The predictor of a model that was fitted before, with the features that it was fitted with. */
export function linearPredictor(model: LinearModel, features?: ShapeFeatures): LinearPredictor {
  const { range, intercept, coefficients, target } = model;
  return {
    predict: (shape) => {
      requireShape(range, shape);
      return valueOf(intercept + dot(coefficients, modelRowOf(shape, features, coefficients.length)), target);
    },
    distance: (shape) => distanceOutside(range, shape),
    toJSON: () => model,
  };
}
