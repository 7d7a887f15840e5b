import { dot } from "./dot.js";
import { requirePairs, type Values } from "./require-pairs.js";

/**
 * Pearson's correlation coefficient, -1 to 1; NaN where all values of one side are equal.
 *
 * @throws PredictorsError `predictors/lengths-differ`, `predictors/bad-values` for what is not finite
 */
export function pearsonCorrelation(predicted: Values, measured: Values): number {
  requirePairs(predicted, measured);
  const [x, y] = [deviations(predicted), deviations(measured)];
  const correlation = dot(x, y) / (Math.sqrt(dot(x, x)) * Math.sqrt(dot(y, y)));
  return Math.max(-1, Math.min(1, correlation)); // NaN stays NaN.
}

/** Spearman's: the same of ranks, equal values having the mean of theirs; NaN where Pearson's is, throws what it throws. */
export function spearmanCorrelation(predicted: Values, measured: Values): number {
  requirePairs(predicted, measured);
  return pearsonCorrelation(averageRanks(predicted), averageRanks(measured));
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

/** Deviations from the mean, in units of the largest of them, so that no square is too large or too small; zeros where all values are equal. */
function deviations(values: Values): Float64Array {
  const all = Float64Array.from(values);
  if (all.every((value) => value === all[0])) return all.fill(0);
  const mean = all.reduce((sum, value) => sum + value / all.length, 0);
  const centred = all.map((value) => value - mean);
  const largest = centred.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return centred.map((value) => value / largest);
}
