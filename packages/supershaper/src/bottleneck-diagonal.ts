import { SuperShaperError } from "./supershaper-error.js";

/** The diagonal between two widths of a space: the elements that the wider sub-networks alone use. */
export interface DiagonalBand {
  /** The first element. */
  readonly from: number;
  /** The element after the last. */
  readonly to: number;
  readonly mean: number;
}

export interface BottleneckDiagonal {
  readonly values: readonly number[];
  /** Softmax of the values, as the paper plots it. */
  readonly softmax: readonly number[];
  readonly bands: readonly DiagonalBand[];
}

/**
 * The principal diagonal of a bottleneck matrix and its means between the widths of a space: training leaves a band for each of them.
 *
 * @param matrix row by row
 * @param widths of a layer, ascending; the last band goes to the end of the diagonal
 * @throws SuperShaperError `supershaper/bad-shape` where the matrix has no whole number of rows or is empty
 *
 * Source: SuperShaper, section 4.2 and figure 4.
 */
export function bottleneckDiagonal(matrix: ArrayLike<number>, columns: number, widths: readonly number[]): BottleneckDiagonal {
  const rows = matrix.length / columns;
  if (!Number.isInteger(rows) || rows < 1) {
    throw new SuperShaperError("supershaper/bad-shape", `supershaper: a matrix of ${columns} columns needs whole rows, got ${matrix.length} elements; give all of it`);
  }
  const values = Array.from({ length: Math.min(rows, columns) }, (_, i) => matrix[i * columns + i]!);
  const most = values.reduce((so, value) => Math.max(so, value), -Infinity);
  const powers = values.map((value) => Math.exp(value - most));
  const total = powers.reduce((sum, power) => sum + power, 0);
  const ends = [...widths.filter((width) => width < values.length), values.length];
  const bands = ends.map((to, i) => {
    const from = ends[i - 1] ?? 0;
    return { from, to, mean: values.slice(from, to).reduce((sum, value) => sum + value / (to - from), 0) };
  });
  return { values, softmax: powers.map((power) => power / total), bands };
}
