import { evaluatePairwiseSum, type PairwiseSum, type Shape } from "@bort/predictors";
import { finiteMeasure } from "./shape-measure.js";
import { type ShapeSpace } from "./shape-space.js";
import { SuperShaperError } from "./supershaper-error.js";

/** How many random shapes the sum of terms is compared on. */
const checks = 64;

/**
 * A count of shapes as a sum over layers and neighbours: its terms are differences of counted shapes, so that the counting itself stays where it is.
 *
 * With r the smallest shape and r[l: w] the same with layer l at width w, the constant is m(r), the term of layer l is m(r[l: w]) - m(r), and that of
 * layers l and l + 1 is m(r[l: w, l + 1: v]) - m(r[l: w]) - m(r[l + 1: v]) + m(r). Whole numbers below 2^53 come out exactly.
 *
 * @throws SuperShaperError `supershaper/not-additive` where random shapes show that the count is no such sum, `supershaper/bad-measure` where it is not finite
 */
export function tabulatedSum(space: ShapeSpace, count: (shape: Shape) => number): PairwiseSum {
  const { smallest, widths } = space;
  const measure = (shape: Shape): number => finiteMeasure(count(shape), shape);
  const constant = measure(smallest);
  const unary = widths.map((list, layer) => tableOf(list, (width) => measure(smallest.with(layer, width)) - constant));
  const pair = widths.slice(1).map((nexts, layer) => tableOf(widths[layer]!, (width) => tableOf(nexts, (next) =>
    measure(smallest.with(layer, width).with(layer + 1, next)) - constant - unary[layer]!.get(width)! - unary[layer + 1]!.get(next)!)));
  const sum: PairwiseSum = {
    constant,
    unary: (layer, width) => unary[layer]!.get(width)!,
    pair: (layer, width, next) => pair[layer]!.get(width)!.get(next)!,
  };
  for (let check = 0; check < checks; check++) requireAdditive(sum, space.draw(0, check), measure);
  return sum;
}

function tableOf<Term>(widths: readonly number[], term: (width: number) => Term): ReadonlyMap<number, Term> {
  return new Map(widths.map((width) => [width, term(width)]));
}

function requireAdditive(sum: PairwiseSum, shape: Shape, measure: (shape: Shape) => number): void {
  const [added, measured] = [evaluatePairwiseSum(sum, shape), measure(shape)];
  const isWhole = Number.isSafeInteger(added) && Number.isSafeInteger(measured);
  if (Math.abs(added - measured) <= (isWhole ? 0 : 1e-9 * Math.max(Math.abs(measured), Math.abs(sum.constant)))) return;
  throw new SuperShaperError("supershaper/not-additive",
    `supershaper: a tabulated sum needs a count that adds up over layers and pairs of neighbours, got ${measured} where such terms come to ${added}; fit a pairwise predictor to it instead`);
}
