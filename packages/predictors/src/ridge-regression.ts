import { dot } from "./dot.js";
import { type Matrix, symmetricEigen } from "./symmetric-eigen.js";

/** A linear function of features. */
export interface RidgeRegression {
  readonly intercept: number;
  /** One for each feature. */
  readonly coefficients: readonly number[];
  /** The penalty on squared coefficients that was chosen. */
  readonly penalty: number;
  /** Mean squared error on each row by the fit to all others, at that penalty. */
  readonly leaveOneOutError: number;
}

/** Penalties that are tried, as shares of the largest eigenvalue of the centred features' Gram matrix: 10^-7 to 10, four to a decade. */
const PENALTY_SHARES = Array.from({ length: 33 }, (_, i) => 10 ** (i / 4 - 7));

/** Eigenvalues below this share of the largest are directions without data. */
const ROUNDING = 1e-12;

/**
 * The linear function with the least sum of squared errors and penalty times squared coefficients, its intercept free. The penalty is the one of the least
 * leave-one-out error, in closed form: the error of row i without row i is its residual over 1 - h_ii of the hat matrix (Allen's PRESS; Golub, Heath and Wahba 1979).
 * Rows may be fewer than features.
 */
export function ridgeRegression(features: Matrix, targets: readonly number[]): RidgeRegression {
  const rows = features.length;
  const means = Array.from(features[0]!, (_, j) => features.reduce((sum, row) => sum + row[j]! / rows, 0));
  const mean = targets.reduce((sum, target) => sum + target / rows, 0);
  const centred = features.map((row) => Float64Array.from(row, (value, j) => value - means[j]!)); // [rows, features]
  const residuals = targets.map((target) => target - mean);
  const directions = principalDirections(centred);
  const projections = directions.map(({ left }) => dot(left, residuals));
  const errorAt = (penalty: number): number => leaveOneOutError(directions, projections, residuals, penalty);
  const largest = directions[0]?.eigenvalue ?? 1;
  const tried = PENALTY_SHARES.map((share) => ({ penalty: share * largest, error: errorAt(share * largest) }));
  const { penalty, error } = tried.reduce((best, each) => (each.error < best.error ? each : best));
  const coefficients = new Float64Array(means.length);
  for (const [k, { eigenvalue, right }] of directions.entries()) {
    const size = (projections[k]! * Math.sqrt(eigenvalue)) / (eigenvalue + penalty);
    for (let j = 0; j < coefficients.length; j++) coefficients[j]! += size * right[j]!;
  }
  return { intercept: mean - dot(coefficients, means), coefficients: [...coefficients], penalty, leaveOneOutError: error };
}

/** A part of the singular value decomposition: eigenvalue = singular value squared. */
interface Direction {
  readonly eigenvalue: number;
  /** [rows] */
  readonly left: Float64Array;
  /** [features] */
  readonly right: Float64Array;
}

/** Of the smaller of both Gram matrices; the other side of each direction is a product. */
function principalDirections(centred: readonly Float64Array[]): Direction[] {
  const columns = Array.from(centred[0]!, (_, j) => Float64Array.from(centred, (row) => row[j]!)); // [features, rows]
  const byRows = centred.length <= columns.length;
  const [inner, outer] = byRows ? [centred, columns] : [columns, centred];
  const { values, vectors } = symmetricEigen(inner.map((x) => inner.map((y) => dot(x, y))));
  return vectors.flatMap((vector, k) => {
    const eigenvalue = values[k]!;
    if (!(eigenvalue > ROUNDING * values[0]!)) return [];
    const other = Float64Array.from(outer, (row) => dot(row, vector) / Math.sqrt(eigenvalue));
    return [byRows ? { eigenvalue, left: vector, right: other } : { eigenvalue, left: other, right: vector }];
  });
}

function leaveOneOutError(directions: readonly Direction[], projections: readonly number[], residuals: readonly number[], penalty: number): number {
  const rows = residuals.length;
  const fitted = new Float64Array(rows);
  const leverage = new Float64Array(rows).fill(1 / rows); // Of the intercept.
  for (const [k, { eigenvalue, left }] of directions.entries()) {
    const share = eigenvalue / (eigenvalue + penalty);
    for (let i = 0; i < rows; i++) {
      fitted[i]! += share * projections[k]! * left[i]!;
      leverage[i]! += share * left[i]! ** 2;
    }
  }
  return residuals.reduce((sum, residual, i) => sum + ((residual - fitted[i]!) / (1 - leverage[i]!)) ** 2 / rows, 0);
}
