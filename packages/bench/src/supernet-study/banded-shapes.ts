import { evaluatePairwiseSum, type Shape } from "@bort/predictors";
import { parameterSum, type ShapeSpace } from "@bort/supershaper";
import { BenchError } from "../bench-error.js";
import { requireCount } from "../require-count.js";

/** A shape with the size that it was drawn for. */
export interface SizedShape {
  readonly shape: Shape;
  /** Of the encoder with all its bottlenecks, embeddings included. */
  readonly parameters: number;
}

export interface BandedShapesOptions {
  readonly count: number;
  readonly seed: number;
  /** Equal parts of the range from the smallest network to the largest. Default 4, or `count` if that is less. */
  readonly bands?: number;
}

/** Draws before a band is taken for empty. */
const MOST_DRAWS = 200_000;

/**
 * Draws shapes that differ, as many of each band of sizes as of the others, where `count` is a multiple of the bands; of a band, each as likely as the others. They
 * come from each band in turn, so that the first few cover the sizes too.
 *
 * @throws BenchError `bench/bad-option` where a band has too few shapes
 */
export function bandedShapes(space: ShapeSpace, { count, seed, bands = Math.min(4, count) }: BandedShapesOptions): SizedShape[] {
  requireCount("the shapes to draw", count, 1);
  requireCount("the bands of sizes", bands, 1);
  const sum = parameterSum(space);
  const [least, most] = [evaluatePairwiseSum(sum, space.smallest), evaluatePairwiseSum(sum, space.largest)];
  const bandOf = (parameters: number): number => Math.min(bands - 1, Math.floor((bands * (parameters - least)) / (most - least)));
  const drawn = Array.from({ length: bands }, () => new Map<string, SizedShape>());
  const wanted = (band: number): number => Math.ceil((count - band) / bands);
  for (let draw = 0; drawn.some(({ size }, band) => size < wanted(band)); draw++) {
    if (draw === MOST_DRAWS) {
      throw new BenchError("bench/bad-option",
        `bench: this space must have ${count} shapes in ${bands} bands of sizes, and ${MOST_DRAWS} draws gave fewer; take fewer shapes, or more layers`);
    }
    const shape = space.draw(seed, draw);
    const parameters = evaluatePairwiseSum(sum, shape);
    const band = bandOf(parameters);
    if (drawn[band]!.size < wanted(band)) drawn[band]!.set(shape.join(), { shape, parameters });
  }
  const lists = drawn.map((band) => [...band.values()]);
  return Array.from({ length: count }, (_, i) => lists[i % bands]![Math.floor(i / bands)]!);
}
