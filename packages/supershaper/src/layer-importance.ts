import { requireCount } from "./require-options.js";
import { measured, type ShapeMeasure } from "./shape-measure.js";
import { type ShapeSpace } from "./shape-space.js";

export interface LayerImportanceOptions {
  /** Pairs of shapes for each layer. Default 1000. */
  readonly samples?: number;
  /** Default 0. */
  readonly seed?: number;
}

/**
 * How much of the variance of a measure over all shapes goes when a layer's width is known with all others: its total effect, from 0 to 1. Of a measure
 * without interactions the shares add up to 1, with them to more. Zeros where the measure does not vary.
 *
 * Estimated as half the mean squared difference between shapes that differ in that layer alone, over the variance.
 * Source: Jansen 1999; SuperShaper's figure 7 shows the gain of trees instead.
 *
 * @throws SuperShaperError `supershaper/bad-option`, `supershaper/bad-measure`
 */
export function layerImportance(space: ShapeSpace, measure: ShapeMeasure, { samples = 1000, seed = 0 }: LayerImportanceOptions = {}): number[] {
  requireCount(samples, "samples", 2);
  const value = measured(measure);
  const shapes = space.sample(seed, 2 * samples); // The first half is measured, the second half gives other widths.
  const values = shapes.slice(0, samples).map(value);
  const mean = values.reduce((sum, each) => sum + each / samples, 0);
  const variance = values.reduce((sum, each) => sum + (each - mean) ** 2 / (samples - 1), 0);
  return Array.from({ length: space.layers }, (_, layer) => {
    if (values.every((each) => each === values[0])) return 0;
    const change = values.reduce((sum, each, i) => sum + (each - value(shapes[i]!.with(layer, shapes[samples + i]![layer]!))) ** 2, 0);
    return change / (2 * samples * variance);
  });
}
