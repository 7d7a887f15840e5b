/** Small products with whole numbers, exact in any order of summation: both layouts of both factors, padded rows, alpha and beta. */
const cases = [
  { transposeA: false, transposeB: false, alpha: 1, beta: 0 },
  { transposeA: true, transposeB: false, alpha: 2, beta: 1 },
  { transposeA: false, transposeB: true, alpha: -1, beta: 0 },
  { transposeA: true, transposeB: true, alpha: 0.5, beta: 1 },
];
const [m, n, k, ld] = [5, 3, 4, 7];
const size = ld * ld;

/**
 * Compares a few products of `cblas_sgemm` with known results, to the last bit.
 *
 * @param addressOf - the address of an array's first byte
 * @throws Error where the library computes anything else
 */
export function checkBlas(sgemm: (...values: readonly unknown[]) => unknown, addressOf: (array: Float32Array) => number): void {
  for (const { transposeA, transposeB, alpha, beta } of cases) {
    const [a, b, c] = [1, 2, 3].map((seed) => integers(seed)) as [Float32Array, Float32Array, Float32Array];
    const expected = c.slice();
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let l = 0; l < k; l++) sum += a[transposeA ? l * ld + i : i * ld + l]! * b[transposeB ? j * ld + l : l * ld + j]!;
        expected[i * ld + j] = alpha * sum + beta * c[i * ld + j]!;
      }
    }
    sgemm(101, transposeA ? 112 : 111, transposeB ? 112 : 111, m, n, k, alpha, addressOf(a), ld, addressOf(b), ld, beta, addressOf(c), ld);
    if (c.some((value, i) => value !== expected[i])) throw new Error("its cblas_sgemm gives wrong products");
  }
}

/** Shared buffers do not move, so that an address holds. */
function integers(seed: number): Float32Array {
  const array = new Float32Array(new SharedArrayBuffer(4 * size));
  for (let i = 0; i < size; i++) array[i] = ((i * 7 + seed * 5) % 11) - 5;
  return array;
}
