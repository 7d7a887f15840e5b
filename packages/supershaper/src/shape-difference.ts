import { type MeasuredShape, pearsonCorrelation, type Shape, spearmanCorrelation } from "@bort/predictors";
import { SuperShaperError } from "./supershaper-error.js";

/** ||S1 - S2||, the length of the difference; @throws SuperShaperError `supershaper/bad-shape` for different numbers of layers. Source: SuperShaper eq. 1. */
export function shapeDifference(first: Shape, second: Shape): number {
  if (first.length === second.length) return Math.hypot(...first.map((width, layer) => width - second[layer]!));
  throw new SuperShaperError("supershaper/bad-shape", `supershaper: a difference needs shapes of as many layers, got ${first.length} and ${second.length}; take two of one space`);
}

/** How the distance from the best shape goes with the loss of quality. */
export interface ShapeDifferenceCorrelation {
  readonly spearman: number;
  readonly pearson: number;
  /** Shapes that the best one was compared with. */
  readonly networks: number;
  /** [shape difference, difference of the values] of each, for a plot. */
  readonly points: readonly (readonly [shapeDifference: number, valueDifference: number])[];
}

/**
 * Correlates how far shapes are from the best one with how far their measured values are: above 0 where shape decides. Compare shapes of about one parameter
 * count; others differ by that.
 *
 * @throws SuperShaperError `supershaper/bad-option` for fewer than two others, `supershaper/bad-shape`
 *
 * Source: SuperShaper, section 4.4 and table 7.
 */
export function shapeDifferenceCorrelation(best: MeasuredShape, others: readonly MeasuredShape[]): ShapeDifferenceCorrelation {
  if (others.length < 2) throw new SuperShaperError("supershaper/bad-option", `supershaper: a correlation needs at least two shapes beside the best, got ${others.length}; measure more`);
  const points = others.map(({ shape, value }) => [shapeDifference(shape, best.shape), Math.abs(value - best.value)] as const);
  const [shapes, values] = [points.map(([difference]) => difference), points.map(([, difference]) => difference)];
  return { spearman: spearmanCorrelation(shapes, values), pearson: pearsonCorrelation(shapes, values), networks: others.length, points };
}
