import { type PairwiseSum } from "@bort/predictors";
import { type ShapeSpace } from "./shape-space.js";
import { SuperShaperError } from "./supershaper-error.js";

/** The terms of a pairwise sum by places: a place is the index of a width in its layer's list. */
export interface SumTables {
  /** Widths of each layer. */
  readonly counts: readonly number[];
  /** [place in the first layer] */
  readonly first: Float64Array;
  /** [layer - 1][place before * widths of the layer + place] */
  readonly steps: readonly Float64Array[];
}

/** @throws SuperShaperError `supershaper/bad-measure` for a term that is not finite */
export function sumTables({ widths }: ShapeSpace, sum: PairwiseSum): SumTables {
  const first = Float64Array.from(widths[0]!, (width) => sum.constant + sum.unary(0, width));
  const steps = widths.slice(1).map((list, before) => Float64Array.from(
    widths[before]!.flatMap((width) => list.map((next) => sum.unary(before + 1, next) + sum.pair(before, width, next)))));
  if ([first, ...steps].every((table) => table.every(Number.isFinite))) return { counts: widths.map((list) => list.length), first, steps };
  throw new SuperShaperError("supershaper/bad-measure", "supershaper: every term of a pairwise sum must be a finite number, got another; fit it to finite values of this space's widths");
}

/** The first layers up to `layer`, their terms included. */
export function tablesUpTo({ counts, first, steps }: SumTables, layer: number): SumTables {
  return { counts: counts.slice(0, layer + 1), first, steps: steps.slice(0, layer) };
}

/** The layers from the last back to `layer`, with the terms of those after it alone: what is to come from a place there. */
export function tablesBackTo({ counts, steps }: SumTables, layer: number): SumTables {
  return {
    counts: counts.slice(layer).reverse(),
    first: new Float64Array(counts.at(-1)!),
    steps: steps.slice(layer).map((table, i) => transposed(table, counts[layer + i + 1]!)).reverse(),
  };
}

/** Every term with the other sign. */
export function negatedTables({ counts, first, steps }: SumTables): SumTables {
  const negated = (table: Float64Array): Float64Array => table.map((term) => -term);
  return { counts, first: negated(first), steps: steps.map(negated) };
}

function transposed(table: Float64Array, columns: number): Float64Array {
  const rows = table.length / columns;
  return table.map((_, at) => table[(at % rows) * columns + Math.floor(at / rows)]!);
}
