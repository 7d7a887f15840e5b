import { type PairwiseSum } from "@bort/predictors";
import { type ShapeSpace } from "./shape-space.js";
import { type SumTables, sumTables } from "./sum-tables.js";

/** The least and the most that a number of the shapes of a space is. */
export interface MeasureRange {
  readonly least: number;
  readonly most: number;
}

/** The range of a pairwise sum over all shapes of a space, by dynamic programming; @throws SuperShaperError `supershaper/bad-measure` for terms that are not finite */
export function pairwiseRange(space: ShapeSpace, sum: PairwiseSum): MeasureRange {
  return rangeOfTables(sumTables(space, sum));
}

export function rangeOfTables(tables: SumTables): MeasureRange {
  const [least, most] = [Math.min, Math.max].map((best) => {
    const rest = bestRest(tables, best)[0]!;
    return tables.first.reduce((so, term, place) => best(so, term + rest[place]!), best === Math.min ? Infinity : -Infinity);
  });
  return { least: least!, most: most! };
}

/** [layer][place]: the best sum of the terms of later layers. */
function bestRest({ counts, steps }: SumTables, best: (...values: number[]) => number): Float64Array[] {
  const rest = counts.map((count) => new Float64Array(count));
  for (let layer = counts.length - 2; layer >= 0; layer--) {
    const nexts = rest[layer + 1]!;
    for (let place = 0; place < counts[layer]!; place++) {
      rest[layer]![place] = best(...nexts.map((after, next) => steps[layer]![place * nexts.length + next]! + after));
    }
  }
  return rest;
}
