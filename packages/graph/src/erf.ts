/** Where the series, whose sum tends to 1, gives way to the fraction, which converges the faster the larger x is. */
const SERIES_END = 2;
const FRACTION_DEPTH = 60;

/** The error function 2 / sqrt(pi) * integral of e^(-t^2) over 0..x, to about 1e-15 (Abramowitz and Stegun 7.1.6, 7.1.14). */
export function erf(x: number): number {
  const size = Math.abs(x);
  const value = size < SERIES_END ? series(size) : 1 - complement(size);
  return x < 0 ? -value : value;
}

/** erf x = 2 / sqrt(pi) e^(-x^2) sum over n of 2^n x^(2n+1) / (1 * 3 * ... * (2n+1)); no term is negative, so none cancels. */
function series(x: number): number {
  let term = x;
  let sum = 0;
  for (let n = 1; sum + term !== sum; n++) {
    sum += term;
    term *= (2 * x * x) / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** erfc x = e^(-x^2) / sqrt(pi) / (x + (1/2) / (x + (2/2) / (x + (3/2) / (x + ...)))) */
function complement(x: number): number {
  let tail = x;
  for (let n = FRACTION_DEPTH; n > 0; n--) tail = x + n / 2 / tail;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / tail;
}
