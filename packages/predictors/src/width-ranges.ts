import { PredictorsError } from "./predictors-error.js";
import { type Shape } from "./predictor.js";

/** The least and the largest width of each layer among shapes. */
export interface WidthRanges {
  readonly least: readonly number[];
  readonly most: readonly number[];
}

/** @param shapes one or more, of one length */
export function widthRanges(shapes: readonly Shape[]): WidthRanges {
  const ends = (end: (one: number, other: number) => number): Shape =>
    shapes.reduce((so, shape) => so.map((width, layer) => end(width, shape[layer]!)));
  return { least: ends(Math.min), most: ends(Math.max) };
}

/** The largest excess of a layer's width over its range, as a share of the largest width of any layer; 0 inside; @throws PredictorsError `predictors/bad-shape` */
export function distanceOutside(range: WidthRanges, shape: Shape): number {
  requireShape(range, shape);
  const { least, most } = range;
  const excess = shape.map((width, layer) => Math.max(0, least[layer]! - width, width - most[layer]!));
  return Math.max(...excess) / Math.max(...most);
}

/** @throws PredictorsError `predictors/bad-shape` for another number of layers, or a width that is not a finite number above 0 */
export function requireShape({ least: { length: layers } }: WidthRanges, shape: Shape): void {
  if (shape.length !== layers) {
    throw new PredictorsError("predictors/bad-shape", `predictors: this predictor was fitted to shapes of ${layers} layers, got ${shape.length}; fit one to shapes of that length`);
  }
  requireWidths(shape);
}

/** @throws PredictorsError `predictors/bad-shape` */
export function requireWidths(shape: Shape): void {
  const wrong = shape.findIndex((width) => !(Number.isFinite(width) && width > 0));
  if (wrong !== -1) throw new PredictorsError("predictors/bad-shape", `predictors: widths of a shape must be finite numbers above 0, got ${shape[wrong]} at layer ${wrong + 1}`);
}
