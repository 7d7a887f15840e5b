import { pearsonCorrelation, spearmanCorrelation } from "./correlation.js";
import { requirePairs, type Values } from "./require-pairs.js";

/** How well predictions agree with measurements. */
export interface Agreement {
  /** 1 - (sum of squared errors) / (sum of squared deviations from the measured mean): 1 at best, 0 for the mean, below 0 for worse; NaN where all measured values are equal. */
  readonly rSquared: number;
  /** NaN where all predictions or all measured values are equal, as Spearman's. */
  readonly pearson: number;
  readonly spearman: number;
  /** In the unit of the values. */
  readonly rootMeanSquareError: number;
}

/** @throws PredictorsError `predictors/lengths-differ`, `predictors/bad-values` for what is not finite */
export function agreement(predicted: Values, measured: Values): Agreement {
  requirePairs(predicted, measured);
  const values = Array.from(measured);
  const mean = meanOf(values);
  const squaredError = meanOf(values.map((value, i) => (value - predicted[i]!) ** 2));
  const variance = meanOf(values.map((value) => (value - mean) ** 2));
  const varies = values.some((value) => value !== values[0]); // The mean of equal values is not always that value.
  return {
    rSquared: varies ? 1 - squaredError / variance : Number.NaN, rootMeanSquareError: Math.sqrt(squaredError),
    pearson: pearsonCorrelation(predicted, measured), spearman: spearmanCorrelation(predicted, measured),
  };
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value / values.length, 0);
