import { PredictorsError } from "./predictors-error.js";

/** One number for each thing that was predicted or measured. */
export type Values = ArrayLike<number>;

/** @throws PredictorsError `predictors/lengths-differ`, `predictors/bad-values` where there is nothing, or what is not finite */
export function requirePairs(predicted: Values, measured: Values): void {
  if (predicted.length !== measured.length) {
    throw new PredictorsError("predictors/lengths-differ", `predictors: a measure needs one prediction for each measured value, got ${predicted.length} for ${measured.length}`);
  }
  if (measured.length === 0) throw new PredictorsError("predictors/bad-values", "predictors: a measure needs at least one measured value, got none");
  for (const values of [predicted, measured]) {
    for (let i = 0; i < values.length; i++) {
      if (!Number.isFinite(values[i])) throw new PredictorsError("predictors/bad-values", `predictors: a measure needs finite numbers, got ${values[i]} at index ${i}`);
    }
  }
}
