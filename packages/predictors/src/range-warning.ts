import { type Predictor, type Shape } from "./predictor.js";

/** What to tell whoever asks a predictor about a shape unlike all that it was fitted to; undefined for a shape inside its training range. */
export function rangeWarning(predictor: Pick<Predictor, "distance">, shape: Shape): string | undefined {
  const distance = predictor.distance(shape);
  if (distance === 0) return undefined;
  return `the predictor was asked outside its training range: a width of ${shape.join(",")} lies ${(100 * distance).toFixed(1)}% of the largest width in training beyond; ${
    "measure shapes of such widths and fit it again, or take its value for a guess"}`;
}
