import { BenchError } from "../bench-error.js";
import { requireNumbers, type Values } from "./require-values.js";

/**
 * Pearson's correlation coefficient, -1 to 1.
 *
 * @throws BenchError `bench/undefined-metric` where all predictions or all true values are equal, as one alone is; `bench/lengths-differ`,
 * `bench/no-examples`, `bench/bad-label`
 */
export function pearsonCorrelation(predicted: Values, gold: Values): number {
  requireNumbers(predicted, gold);
  const [x, y] = [deviations(predicted, "predictions"), deviations(gold, "true values")];
  const correlation = product(x, y) / (Math.sqrt(product(x, x)) * Math.sqrt(product(y, y)));
  return Math.max(-1, Math.min(1, correlation));
}

/** Spearman's: the same of ranks, equal values having the mean of theirs; throws what `pearsonCorrelation` throws. */
export function spearmanCorrelation(predicted: Values, gold: Values): number {
  requireNumbers(predicted, gold);
  return pearsonCorrelation(averageRanks(predicted), averageRanks(gold));
}

/** The place of each value in ascending order, from 1; equal ones have the mean of their places. */
export function averageRanks(values: Values): Float64Array {
  const order = Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  for (let first = 0, next = 0; first < order.length; first = next) {
    while (next < order.length && values[order[next]!] === values[order[first]!]) next++;
    for (let place = first; place < next; place++) ranks[order[place]!] = (first + 1 + next) / 2;
  }
  return ranks;
}

/** Deviations from the mean, in units of the largest of them, so that no square is too large or too small. */
function deviations(values: Values, what: string): Float64Array {
  const all = Float64Array.from(values);
  if (all.every((value) => value === all[0])) {
    throw new BenchError("bench/undefined-metric",
      `bench: a correlation needs two ${what} or more that differ, got ${all.length} equal to ${all[0]}; score another model, or more examples`);
  }
  const mean = all.reduce((sum, value) => sum + value / all.length, 0);
  const centred = all.map((value) => value - mean);
  const largest = centred.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return centred.map((value) => value / largest);
}

const product = (x: Float64Array, y: Float64Array): number => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
