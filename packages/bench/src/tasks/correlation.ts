import * as predictors from "@bort/predictors";
import { BenchError } from "../bench-error.js";
import { requireNumbers, type Values } from "./require-values.js";

/**
 * Pearson's correlation coefficient, -1 to 1.
 *
 * @throws BenchError `bench/undefined-metric` where all predictions or all true values are equal, as one alone is; `bench/lengths-differ`,
 * `bench/no-examples`, `bench/bad-label`
 */
export const pearsonCorrelation = (predicted: Values, gold: Values): number => defined(predictors.pearsonCorrelation, predicted, gold);

/** Spearman's: the same of ranks, equal values having the mean of theirs; throws what `pearsonCorrelation` throws. */
export const spearmanCorrelation = (predicted: Values, gold: Values): number => defined(predictors.spearmanCorrelation, predicted, gold);

function defined(correlation: (predicted: Values, gold: Values) => number, predicted: Values, gold: Values): number {
  requireNumbers(predicted, gold);
  const value = correlation(predicted, gold);
  if (!Number.isNaN(value)) return value;
  const [what, equal] = allEqual(predicted) ? ["predictions", predicted] as const : ["true values", gold] as const;
  throw new BenchError("bench/undefined-metric",
    `bench: a correlation needs two ${what} or more that differ, got ${equal.length} equal to ${equal[0]}; score another model, or more examples`);
}

const allEqual = (values: Values): boolean => Array.from(values).every((value) => value === values[0]);
