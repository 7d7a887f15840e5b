/** A straight line through points, and how far each lies from it. */
export interface LinearFit {
  readonly intercept: number;
  readonly slope: number;
  /** y / line(x) - 1, point by point. */
  readonly deviations: readonly number[];
}

/**
 * The line y = a + b x with the least sum of ((a + b x) / y - 1)^2: each point counts by its relative error, so that the largest do not decide alone.
 *
 * @param points at least two of different x, every y above 0
 */
export function linearFit(points: readonly (readonly [x: number, y: number])[]): LinearFit {
  // With u = 1 / y and v = x / y: minimize the sum of (a u + b v - 1)^2.
  const sum = (term: (u: number, v: number) => number): number => points.reduce((total, [x, y]) => total + term(1 / y, x / y), 0);
  const [uu, uv, vv, u, v] = [sum((a) => a * a), sum((a, b) => a * b), sum((_, b) => b * b), sum((a) => a), sum((_, b) => b)];
  const determinant = uu * vv - uv * uv;
  const intercept = (u * vv - v * uv) / determinant;
  const slope = (v * uu - u * uv) / determinant;
  return { intercept, slope, deviations: points.map(([x, y]) => y / (intercept + slope * x) - 1) };
}
