import { evaluatePairwiseSum, type PairwisePredictor, type PairwiseSum, type Predictor, type Shape } from "@bort/predictors";
import { SuperShaperError } from "./supershaper-error.js";

/** A number of a shape: counted, predicted, or measured by a function. */
export type ShapeMeasure = PairwiseSum | Predictor | ((shape: Shape) => number);

/** The measure as a function; @throws SuperShaperError `supershaper/bad-measure` from it where the number is not finite */
export function measured(measure: ShapeMeasure): (shape: Shape) => number {
  const value = functionOf(measure);
  return (shape) => finiteMeasure(value(shape), shape);
}

export function isPredictor(measure: object): measure is Predictor {
  return "predict" in measure;
}

/** Whether its predictions rise with a pairwise sum. */
export function isPairwisePredictor(measure: object): measure is PairwisePredictor {
  return isPredictor(measure) && "sum" in measure;
}

/** @throws SuperShaperError `supershaper/bad-measure` */
export function finiteMeasure(value: number, shape: Shape): number {
  if (Number.isFinite(value)) return value;
  throw new SuperShaperError("supershaper/bad-measure", `supershaper: a measure of a shape must be a finite number, got ${value} for ${shape.join(",")}; correct it`);
}

function functionOf(measure: ShapeMeasure): (shape: Shape) => number {
  if (typeof measure === "function") return measure;
  return isPredictor(measure) ? (shape) => measure.predict(shape) : (shape) => evaluatePairwiseSum(measure, shape);
}
