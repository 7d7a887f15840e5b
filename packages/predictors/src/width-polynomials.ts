/**
 * Polynomials of the square root of a width, orthonormal over given widths: q_0 = 1 and scales[k] q_{k+1}(x) = (x - centres[k]) q_k(x) - scales[k - 1] q_{k-1}(x)
 * (Gautschi, Orthogonal Polynomials, 2.2).
 */
export interface WidthPolynomials {
  readonly centres: readonly number[];
  readonly scales: readonly number[];
}

/** A polynomial whose values are this small beside the largest is one of widths that all lie on its roots. */
const ROUNDING = 1e-9;

/** Up to `degree`, or one less than there are different widths. */
export function widthPolynomials(widths: readonly number[], degree: number): WidthPolynomials {
  const [centres, scales]: [number[], number[]] = [[], []];
  const points = widths.map(Math.sqrt);
  const largest = points.reduce((most, value) => Math.max(most, value), 0);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  let [before, current] = [points.map(() => 0), points.map(() => 1)];
  for (let k = 0; k < degree; k++) {
    const centre = mean(current.map((q, i) => points[i]! * q * q));
    const next = current.map((q, i) => (points[i]! - centre) * q - (scales[k - 1] ?? 0) * before[i]!);
    const scale = Math.sqrt(mean(next.map((q) => q * q)));
    if (scale <= ROUNDING * largest) break;
    centres.push(centre);
    scales.push(scale);
    [before, current] = [current, next.map((q) => q / scale)];
  }
  return { centres, scales };
}

/** [q_0, q_1, ...] at a width. */
export function polynomialsAt({ centres, scales }: WidthPolynomials, width: number): number[] {
  const q = [1];
  for (const [k, centre] of centres.entries()) q.push(((Math.sqrt(width) - centre) * q[k]! - (k === 0 ? 0 : scales[k - 1]! * q[k - 1]!)) / scales[k]!);
  return q;
}
