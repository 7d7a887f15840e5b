/** A B, `[rows, inner] x [inner, columns]`, row-major, summed in float64 and rounded once. For surgery on stored weights; what is trained or run is a graph. */
export function matrixProduct(a: Float32Array, b: Float32Array, [rows, inner, columns]: readonly [rows: number, inner: number, columns: number]): Float32Array {
  const result = new Float32Array(rows * columns);
  const row = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    row.fill(0);
    for (let k = 0; k < inner; k++) {
      const factor = a[i * inner + k]!;
      if (factor !== 0) for (let j = 0; j < columns; j++) row[j]! += factor * b[k * columns + j]!;
    }
    result.set(row, i * columns);
  }
  return result;
}
