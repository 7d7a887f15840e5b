/**
 * P(|T| > t) for Student's t distribution, the p-value of a two-sided test: I_x(nu / 2, 1 / 2) at x = nu / (nu + t^2).
 *
 * @param t 0 or more
 * @param degreesOfFreedom nu, above 0; it need not be whole
 *
 * Source: Abramowitz and Stegun, 26.7.1.
 */
export function studentPValue(t: number, degreesOfFreedom: number): number {
  const ratio = t ** 2 / degreesOfFreedom;
  if (ratio === 0) return 1;
  if (ratio === Infinity) return 0;
  const [a, b] = [degreesOfFreedom / 2, 1 / 2];
  const [x, logX] = [1 / (1 + ratio), -Math.log1p(ratio)];
  const [y, logY] = [ratio / (1 + ratio), Math.log(ratio) - Math.log1p(ratio)]; // y = 1 - x
  const power = Math.exp(a * logX + b * logY - logBeta(a, b)); // x^a y^b / B(a, b)
  // The fraction converges fast on the near side of the distribution's mean, so the far side is computed as the rest.
  return x < (a + 1) / (a + b + 2) ? (power / a) * betaFraction(x, a, b) : 1 - (power / b) * betaFraction(y, b, a);
}

/** The t for which P(|T| <= t) is `level`, in (0, 1): half the width of a confidence interval, in standard errors. */
export function studentCriticalValue(level: number, degreesOfFreedom: number): number {
  let [low, high] = [0, 1];
  while (1 - studentPValue(high, degreesOfFreedom) < level) [low, high] = [high, 2 * high];
  for (;;) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return middle;
    if (1 - studentPValue(middle, degreesOfFreedom) < level) low = middle;
    else high = middle;
  }
}

/** The continued fraction in I_x(a, b) = x^a (1 - x)^b / (a B(a, b)) times it, from the innermost term outward. Source: DLMF, 8.17.22. */
function betaFraction(x: number, a: number, b: number): number {
  const pairs = 40 + Math.ceil(3 * Math.sqrt(a + b));
  let inner = 1;
  for (let m = pairs; m >= 0; m--) {
    if (m < pairs) inner = 1 + ((m + 1) * (b - m - 1) * x) / ((a + 2 * m + 1) * (a + 2 * m + 2) * inner);
    inner = 1 - ((a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1) * inner);
  }
  return 1 / inner;
}

const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b);

/** Stirling's series, beyond the argument at which its first four terms are exact to rounding; smaller ones are brought there. Source: DLMF, 5.11.1. */
function logGamma(z: number): number {
  let shifted = z;
  let product = 1;
  for (; shifted < 16; shifted++) product *= shifted;
  const square = shifted ** 2;
  const series = (1 / 12 - (1 / 360 - (1 / 1260 - 1 / 1680 / square) / square) / square) / shifted;
  return (shifted - 0.5) * Math.log(shifted) - shifted + Math.log(2 * Math.PI) / 2 + series - Math.log(product);
}
