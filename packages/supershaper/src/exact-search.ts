import { cheapestWithin } from "./cheapest-within.js";
import { type ExactOptions, type SizedShape, sizedShape } from "./exact-front.js";
import { type MeasureRange, rangeOfTables } from "./pairwise-range.js";
import { requireRange } from "./require-options.js";
import { parameterSum } from "./shape-counts.js";
import { negatedTables, type SumTables, sumTables } from "./sum-tables.js";
import { SuperShaperError } from "./supershaper-error.js";

export interface ExactSearchOptions extends ExactOptions {
  /** The least size that is allowed. Default: any. */
  readonly atLeast?: number;
  /** The most. Default: any. */
  readonly atMost?: number;
}

/**
 * The shape of least cost among all shapes of a space whose size is allowed: proven best, up to the rounding of sums of some terms. Bounds are kept up to the same rounding,
 * so that a shape is found whose size is the bound, in whatever order its terms are added; sums of whole terms are exact.
 *
 * @throws SuperShaperError `supershaper/infeasible` where no shape has such a size; `supershaper/bad-option`, `supershaper/bad-measure`;
 * `supershaper/too-large` beyond 2^21 partial shapes that end in one width, as where both bounds bind in a space of more than about 14 layers,
 * or where one does and hardly any shape dominates another
 */
export function exactSearch({ space, cost, size = parameterSum(space), atLeast = -Infinity, atMost = Infinity }: ExactSearchOptions): SizedShape {
  requireRange("a size", atLeast, atMost);
  const [sizes, costs] = [sumTables(space, size), sumTables(space, cost)];
  const range = rangeOfTables(sizes);
  const [least, most] = [atLeast - range.rounding, atMost + range.rounding];
  const found = (sizeTables: SumTables, from: number, to: number): SizedShape => {
    const places = cheapestWithin(sizeTables, costs, from, to);
    if (places === undefined) throw outside(atLeast, atMost, range);
    return sizedShape({ space, cost, size }, places);
  };
  if (range.most < least || range.least > most) throw outside(atLeast, atMost, range);
  // One bound is quickly kept, and the best of one is the best of both where it keeps the other; a least size is a most size of the negated sum.
  const small = found(sizes, -Infinity, most);
  if (small.size >= least) return small;
  const large = found(negatedTables(sizes), -Infinity, -least);
  return large.size <= most ? large : found(sizes, least, most);
}

function outside(atLeast: number, atMost: number, { least, most }: MeasureRange): SuperShaperError {
  return new SuperShaperError("supershaper/infeasible",
    `supershaper: no shape of this space has a size in [${atLeast}, ${atMost}]; sizes are in [${least}, ${most}], not each of them taken: widen the bounds`);
}
