/** Ranks from 1; equal values share the mean of their ranks. */
export function ranksOf(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Array<number>(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let i = start; i < end; i++) ranks[order[i]!] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

/** Spearman's rank correlation: Pearson's of the ranks. NaN where either is constant. */
export const rankCorrelation = (x: readonly number[], y: readonly number[]): number => partialRankCorrelation(x, y, []);

/** What is left of the rank correlation of x and y once the ranks of others are accounted for linearly: the correlation of the residuals. NaN where nothing is left. */
export function partialRankCorrelation(x: readonly number[], y: readonly number[], others: readonly (readonly number[])[]): number {
  const basis: number[][] = [];
  for (const other of others) basis.push(residual(centred(ranksOf(other)), basis));
  const [a, b] = [x, y].map((values) => residual(centred(ranksOf(values)), basis)) as [number[], number[]];
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

function centred(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

/** Ranks are halves, so that what is smaller than this beside them is rounding. */
const ROUNDING = 1e-9;

/** `values` without their parts along a basis of orthogonal vectors (Gram-Schmidt); zeros where no part is left. */
function residual(values: readonly number[], basis: readonly (readonly number[])[]): number[] {
  let rest = [...values];
  for (const vector of basis) {
    const size = dot(vector, vector);
    if (size === 0) continue;
    const share = dot(rest, vector) / size;
    rest = rest.map((value, i) => value - share * vector[i]!);
  }
  return dot(rest, rest) <= ROUNDING * dot(values, values) ? rest.map(() => 0) : rest;
}
