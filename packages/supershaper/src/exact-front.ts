import { evaluatePairwiseSum, type PairwiseSum, type Shape } from "@bort/predictors";
import { labelsByLayer, mergedLabels, tracedPlaces } from "./labels.js";
import { parameterSum } from "./shape-counts.js";
import { type ShapeSpace } from "./shape-space.js";
import { sumTables } from "./sum-tables.js";

/** What an exact search weighs up. */
export interface ExactOptions {
  readonly space: ShapeSpace;
  /** What is to be small, for example a predicted log-perplexity; a rising function of it, such as `exp`, has the same best shapes. */
  readonly cost: PairwiseSum;
  /** What is limited: parameters, FLOPs, a predicted latency. Default: `parameterSum(space)`. */
  readonly size?: PairwiseSum;
}

/** A shape with its two sums. */
export interface SizedShape {
  readonly shape: Shape;
  readonly size: number;
  readonly cost: number;
}

/**
 * Every best trade of size for cost over all shapes of a space: sizes ascend, costs descend, and no shape is as small and costs less than the one given.
 *
 * Dynamic programming over layers: for each width of a layer the undominated pairs (size, cost) of all partial shapes that end in it. What comes after
 * depends on that width alone, so a partial shape that is dominated there is part of no best one.
 *
 * @throws SuperShaperError `supershaper/bad-measure`, `supershaper/too-large`
 */
export function exactFront({ space, cost, size = parameterSum(space) }: ExactOptions): SizedShape[] {
  const layers = labelsByLayer(sumTables(space, size), sumTables(space, cost), "undominated");
  const last = layers.at(-1)!;
  const none = last.map(() => 0);
  const { places, indices } = mergedLabels(last, none, none, "undominated");
  return Array.from(places, (place, i) => sizedShape({ space, cost, size }, tracedPlaces(layers, place, indices[i]!)));
}

/** The shape at some places, its sums added up anew. */
export function sizedShape({ space, cost, size }: Required<ExactOptions>, places: readonly number[]): SizedShape {
  const shape = places.map((place, layer) => space.widths[layer]![place]!);
  return { shape, size: evaluatePairwiseSum(size, shape), cost: evaluatePairwiseSum(cost, shape) };
}
