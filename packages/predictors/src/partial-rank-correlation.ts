import { averageRanks } from "./correlation.js";
import { dot } from "./dot.js";
import { requirePairs, type Values } from "./require-pairs.js";

/**
 * What is left of Spearman's correlation of x and y once the ranks of others are accounted for linearly: the correlation of the residuals. NaN where nothing is left.
 *
 * @throws PredictorsError `predictors/lengths-differ`, `predictors/bad-values`
 */
export function partialRankCorrelation(x: Values, y: Values, others: readonly Values[]): number {
  for (const other of [y, ...others]) requirePairs(x, other);
  const basis: Float64Array[] = [];
  for (const other of others) basis.push(residual(centredRanks(other), basis));
  const [a, b] = [residual(centredRanks(x), basis), residual(centredRanks(y), basis)];
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** Their mean is (n + 1) / 2, with ties or without. */
const centredRanks = (values: Values): Float64Array => averageRanks(values).map((rank) => rank - (values.length + 1) / 2);

/** Ranks are halves, so that what is smaller than this beside them is rounding. */
const ROUNDING = 1e-9;

/** `values` without their parts along a basis of orthogonal vectors (Gram-Schmidt); zeros where no part is left. */
function residual(values: Float64Array, basis: readonly Float64Array[]): Float64Array {
  let rest = values;
  for (const vector of basis) {
    const size = dot(vector, vector);
    if (size === 0) continue;
    const share = dot(rest, vector) / size;
    rest = rest.map((value, i) => value - share * vector[i]!);
  }
  return dot(rest, rest) <= ROUNDING * dot(values, values) ? rest.map(() => 0) : rest;
}
