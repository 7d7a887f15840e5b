import { cheapestWithin } from "./cheapest-within.js";
import { type ExactOptions, frontOfTables, type SizedShape, sizedShape } from "./exact-front.js";
import { type MeasureRange, rangeOfTables } from "./pairwise-range.js";
import { parameterSum } from "./shape-counts.js";
import { negatedTables, sumTables } from "./sum-tables.js";
import { SuperShaperError } from "./supershaper-error.js";

export interface ExactSearchOptions extends ExactOptions {
  /** The least size that is allowed. Default: any. */
  readonly atLeast?: number;
  /** The most. Default: any. */
  readonly atMost?: number;
}

/**
 * The shape of least cost among all shapes of a space whose size is allowed: proven best, up to the rounding of sums of some terms.
 *
 * @throws SuperShaperError `supershaper/infeasible` where no shape has such a size; `supershaper/bad-option`, `supershaper/bad-measure`;
 * `supershaper/too-large` where both bounds bind in a space of more than about 14 layers
 */
export function exactSearch({ space, cost, size = parameterSum(space), atLeast = -Infinity, atMost = Infinity }: ExactSearchOptions): SizedShape {
  const [sizes, costs] = [sumTables(space, size), sumTables(space, cost)];
  const range = rangeOfTables(sizes);
  if (Number.isNaN(atLeast) || Number.isNaN(atMost) || atLeast > atMost) {
    throw new SuperShaperError("supershaper/bad-option", `supershaper: a size must be at least one number and at most one that is not below it, got ${atLeast} and ${atMost}; correct them`);
  }
  if (range.most < atLeast || range.least > atMost) throw outside(atLeast, atMost, range);
  const found = (places: readonly number[] | undefined): SizedShape => {
    if (places === undefined) throw outside(atLeast, atMost, range);
    return sizedShape({ space, cost, size }, places);
  };
  // The best of one bound alone is the best of both where it keeps the other; the second is asked for with sizes negated.
  const small = found(frontOfTables(sizes, costs, atMost).cheapest());
  if (small.size >= atLeast) return small;
  const large = found(frontOfTables(negatedTables(sizes), costs, -atLeast).cheapest());
  return large.size <= atMost ? large : found(cheapestWithin(sizes, costs, atLeast, atMost));
}

function outside(atLeast: number, atMost: number, { least, most }: MeasureRange): SuperShaperError {
  return new SuperShaperError("supershaper/infeasible",
    `supershaper: no shape of this space has a size in [${atLeast}, ${atMost}]; sizes are in [${least}, ${most}], not each of them taken: widen the bounds`);
}
