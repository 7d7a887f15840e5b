import { PredictorsError } from "./predictors-error.js";
import { requirePairs, type Values } from "./require-pairs.js";

/** Rows of similar predictions. */
export interface CalibrationBin {
  readonly count: number;
  /** Means. */
  readonly predicted: number;
  readonly measured: number;
  /** Standard deviation of measured minus predicted within the bin. */
  readonly spread: number;
}

/**
 * Predictions in ascending order, cut into bins of as many rows (give or take one), and what was measured in each: a calibrated predictor has equal means in every bin.
 *
 * @throws PredictorsError `predictors/bad-option` where there are more bins than rows, or none, `predictors/lengths-differ`, `predictors/bad-values`
 */
export function calibrationBins(predicted: Values, measured: Values, bins: number = 10): CalibrationBin[] {
  requirePairs(predicted, measured);
  const count = predicted.length;
  if (!(Number.isSafeInteger(bins) && bins >= 1 && bins <= count)) {
    throw new PredictorsError("predictors/bad-option", `predictors: calibration of ${count} rows needs a whole number of bins from 1 to ${count}, got ${bins}`);
  }
  const order = Array.from(predicted, (_, i) => i).sort((a, b) => predicted[a]! - predicted[b]!);
  return Array.from({ length: bins }, (_, bin) => {
    const rows = order.slice(Math.floor((bin * count) / bins), Math.floor(((bin + 1) * count) / bins));
    const mean = (value: (row: number) => number): number => rows.reduce((sum, row) => sum + value(row) / rows.length, 0);
    const bias = mean((row) => measured[row]! - predicted[row]!);
    return {
      count: rows.length, predicted: mean((row) => predicted[row]!), measured: mean((row) => measured[row]!),
      spread: Math.sqrt(mean((row) => (measured[row]! - predicted[row]! - bias) ** 2)),
    };
  });
}
