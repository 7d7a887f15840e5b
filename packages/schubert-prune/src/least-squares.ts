import { SchubertError } from "./schubert-error.js";

/** Added to the diagonal, as a share of its mean: far below what is known of any sample, and above rounding in float32. */
const RIDGE = 1e-6;

/**
 * The X of least |A X - B|^2, `[unknowns, columns]`, from A^T A, `[unknowns, unknowns]`, and A^T B, `[unknowns, columns]`; unknowns of which A says nothing are nearly zero.
 *
 * By Cholesky's factorisation (Golub and Van Loan, Matrix Computations, 4.2) with a small ridge.
 *
 * @throws SchubertError `schubert-prune/bad-option` for an A^T A that rounding has left without a factorisation
 */
export function leastSquares(gram: ArrayLike<number>, products: ArrayLike<number>, unknowns: number): Float64Array {
  const lower = cholesky(gram, unknowns);
  const columns = products.length / unknowns;
  const x = Array.from({ length: unknowns }, (_, i) => Float64Array.from({ length: columns }, (_, j) => products[i * columns + j]!));
  for (const [i, row] of x.entries()) { // L Y = A^T B
    for (let k = 0; k < i; k++) subtract(row, x[k]!, lower[i]![k]!);
    divide(row, lower[i]![i]!);
  }
  for (let i = unknowns - 1; i >= 0; i--) { // L^T X = Y
    for (let k = i + 1; k < unknowns; k++) subtract(x[i]!, x[k]!, lower[k]![i]!);
    divide(x[i]!, lower[i]![i]!);
  }
  return Float64Array.from(x.flatMap((row) => [...row]));
}

/** The lower triangle L of L L^T, row by row. */
function cholesky(matrix: ArrayLike<number>, size: number): Float64Array[] {
  const diagonal = Array.from({ length: size }, (_, i) => matrix[i * size + i]!);
  const ridge = RIDGE * (diagonal.reduce((sum, value) => sum + value, 0) / size) || 1;
  const lower: Float64Array[] = [];
  for (let i = 0; i < size; i++) {
    const row = new Float64Array(i + 1);
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * size + j]! + (i === j ? ridge : 0);
      const other = lower[j] ?? row;
      for (let k = 0; k < j; k++) rest -= row[k]! * other[k]!;
      if (i === j && !(rest > 0)) throw new SchubertError("schubert-prune/bad-option", `schubert-prune: the sample must say something of each of ${size} inputs, and rounding hides number ${i}; take more batches`);
      row[j] = i === j ? Math.sqrt(rest) : rest / other[j]!;
    }
    lower.push(row);
  }
  return lower;
}

function subtract(row: Float64Array, other: Float64Array, factor: number): void {
  for (let j = 0; j < row.length; j++) row[j]! -= factor * other[j]!;
}

function divide(row: Float64Array, by: number): void {
  for (let j = 0; j < row.length; j++) row[j]! /= by;
}
