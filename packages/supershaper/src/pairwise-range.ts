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
  const { least, most } = rangeOfTables(sumTables(space, sum));
  return { least, most };
}

/** The range of a sum over all shapes, and what its values may lie beyond it, or beyond other sums, by rounding. */
export interface RoundedRange extends MeasureRange {
  readonly rounding: number;
}

export function rangeOfTables(tables: SumTables): RoundedRange {
  const [least, most] = [Math.min, Math.max].map((best) => {
    const rest = bestRest(tables, best)[0]!;
    return tables.first.reduce((so, term, place) => best(so, term + rest[place]!), best === Math.min ? Infinity : -Infinity);
  });
  return { least: least!, most: most!, rounding: roundingOf(tables) };
}

/** More than sums of these terms differ by when they are added in another order: none where all are whole. */
function roundingOf({ first, steps }: SumTables): number {
  const tables = [first, ...steps];
  if (tables.every((table) => table.every(Number.isSafeInteger))) return 0;
  return 1e-12 * tables.reduce((sum, table) => sum + table.reduce((most, term) => Math.max(most, Math.abs(term)), 0), 0);
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
