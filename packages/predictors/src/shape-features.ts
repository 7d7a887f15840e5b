import { PredictorsError } from "./predictors-error.js";
import { type Shape } from "./predictor.js";

/** Features of a shape beside its widths, such as its parameter count; as many for every shape. */
export type ShapeFeatures = (shape: Shape) => readonly number[];

/** The widths, then the features beside them; @throws PredictorsError `predictors/bad-values` for one that is not finite */
export function rowOf(shape: Shape, features: ShapeFeatures | undefined): number[] {
  const beside = features?.(shape) ?? [];
  const wrong = beside.find((value) => !Number.isFinite(value));
  if (wrong !== undefined) throw new PredictorsError("predictors/bad-values", `predictors: features of a shape must be finite numbers, got ${wrong} for ${shape.join(",")}`);
  return [...shape, ...beside];
}

/** The same for a model of `count` features in all; @throws PredictorsError `predictors/lengths-differ` where there are more or fewer, and what `rowOf` throws */
export function modelRowOf(shape: Shape, features: ShapeFeatures | undefined, count: number): number[] {
  const row = rowOf(shape, features);
  if (row.length === count) return row;
  throw new PredictorsError("predictors/lengths-differ",
    `predictors: this model was fitted with ${count - shape.length} features beside the widths, got ${row.length - shape.length}; give the function of features that it was fitted with`);
}
