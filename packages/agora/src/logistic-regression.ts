/** An example with features that are there or not: distinct places in the weights. Each counts 1 / sqrt(how many there are), so the vector has length 1. */
export type FeatureRow = Int32Array;

/** The log-odds that an example is of class 1. */
export function logOdds(weights: Float64Array, row: FeatureRow): number {
  let sum = 0;
  for (const place of row) sum += weights[place]!;
  return sum / Math.sqrt(row.length);
}

/** How far, as a vector, the weights may be from the best ones; no log-odds is off by more. */
const TOLERANCE = 1e-3;

/**
 * The weights that minimise |w|^2 / 2 + sum_i log(1 + exp(-y_i w x_i)), with y_i 1 for rows of class 1 and -1 for the others; rows have places below `places`.
 *
 * Accelerated gradient descent from zeros. The sum is strongly convex (1) and its gradient is Lipschitz (1 + rows / 4), which gives the step, the momentum and a
 * proof of the end: where the gradient is no longer than the tolerance, the weights are within it. Source: Nesterov 2004, section 2.2.1.
 */
export function logisticRegression(rows: readonly FeatureRow[], isOfClass1: readonly boolean[], places: number): Float64Array {
  const curvature = 1 + rows.length / 4;
  const momentum = (Math.sqrt(curvature) - 1) / (Math.sqrt(curvature) + 1);
  const weights = new Float64Array(places);
  const ahead = new Float64Array(places);
  const gradient = new Float64Array(places);
  for (;;) {
    gradient.set(ahead);
    for (const [i, row] of rows.entries()) {
      const y = isOfClass1[i]! ? 1 : -1;
      const pull = y / (1 + Math.exp(y * logOdds(ahead, row))) / Math.sqrt(row.length);
      for (const place of row) gradient[place]! -= pull;
    }
    if (lengthOf(gradient) <= TOLERANCE) return ahead;
    for (let place = 0; place < places; place++) {
      const next = ahead[place]! - gradient[place]! / curvature;
      ahead[place] = next + momentum * (next - weights[place]!);
      weights[place] = next;
    }
  }
}

function lengthOf(vector: Float64Array): number {
  let sum = 0;
  for (const value of vector) sum += value ** 2;
  return Math.sqrt(sum);
}
