import { dot } from "./dot.js";

/** Eigenvalues of a symmetric matrix, the largest first, and an orthonormal eigenvector of each. */
export interface SymmetricEigen {
  readonly values: readonly number[];
  readonly vectors: readonly Float64Array[];
}

/** Rows of a matrix. */
export type Matrix = readonly ArrayLike<number>[];

/** Off-diagonal elements below this share of the matrix's norm are rounding. */
const ROUNDING = 1e-15;

/** Far more than the some ten sweeps that matrices take. */
const MOST_SWEEPS = 60;

/** By the cyclic Jacobi method (Golub and Van Loan, Matrix Computations, 8.5), which finds small eigenvalues as exactly as large ones; made for up to some hundred rows. */
export function symmetricEigen(matrix: Matrix): SymmetricEigen {
  const size = matrix.length;
  const a = matrix.map((row) => Float64Array.from(row)); // [size, size]; becomes diagonal
  const v = a.map((_, i) => Float64Array.from({ length: size }, (_, j) => Number(i === j))); // Its rows become the eigenvectors.
  const negligible = ROUNDING * Math.sqrt(a.reduce((sum, row) => sum + dot(row, row), 0));
  for (let sweep = 0, rotated = true; rotated && sweep < MOST_SWEEPS; sweep++) {
    rotated = false;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        if (Math.abs(a[p]![q]!) <= negligible) continue;
        annihilate(a, v, p, q);
        rotated = true;
      }
    }
  }
  const order = a.map((_, i) => i).sort((i, j) => a[j]![j]! - a[i]![i]!);
  return { values: order.map((i) => a[i]![i]!), vectors: order.map((i) => v[i]!) };
}

/** Rotates rows and columns p and q of `a` so that a[p][q] becomes 0, and the rows of `v` alike. */
function annihilate(a: readonly Float64Array[], v: readonly Float64Array[], p: number, q: number): void {
  const tau = (a[q]![q]! - a[p]![p]!) / (2 * a[p]![q]!);
  const tangent = (tau < 0 ? -1 : 1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
  const cosine = 1 / Math.sqrt(1 + tangent * tangent);
  const sine = tangent * cosine;
  for (const row of a) {
    const [x, y] = [row[p]!, row[q]!];
    row[p] = cosine * x - sine * y;
    row[q] = sine * x + cosine * y;
  }
  for (const rows of [a, v]) rotate(rows[p]!, rows[q]!, cosine, sine);
}

function rotate(x: Float64Array, y: Float64Array, cosine: number, sine: number): void {
  for (let i = 0; i < x.length; i++) {
    const [xi, yi] = [x[i]!, y[i]!];
    x[i] = cosine * xi - sine * yi;
    y[i] = sine * xi + cosine * yi;
  }
}
