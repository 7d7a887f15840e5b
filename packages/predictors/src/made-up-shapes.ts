import { random } from "@bort/data";
import { type MeasuredShape, type Shape } from "./predictor.js";

/** Widths of the paper's design space. */
export const widths: readonly number[] = [120, 240, 360, 480, 540, 600, 768];

/** For tests: shapes drawn uniformly, and a value for each. */
export function madeUpShapes(count: number, { layers = 12, seed = 0, value }: { readonly layers?: number; readonly seed?: number; readonly value: (shape: Shape) => number }): MeasuredShape[] {
  const rng = random(seed, "made-up-shapes");
  return Array.from({ length: count }, () => {
    const shape = Array.from({ length: layers }, () => widths[rng.integer(widths.length)]!);
    return { shape, value: value(shape) };
  });
}

/** A loss that falls with each width, more so in late layers, and where a width changes less. */
export const madeUpLoss = (shape: Shape): number =>
  6 + shape.reduce((sum, width, layer) => sum + (1 + layer / 11) * (60 / width) + 0.02 * Math.abs(Math.log(width / (shape[layer - 1] ?? width))), 0);
