import { rangeWarning, type Shape } from "@bort/predictors";
import { isPredictor } from "./shape-measure.js";

/** Says that a shape which was found lies outside what a predictor was fitted to. */
export interface RangeWarning {
  readonly type: "warning";
  /** The objective or the constraint. */
  readonly measure: string;
  /** As the predictor has it. */
  readonly distance: number;
  readonly message: string;
}

/** One for each measure that is a predictor and was not fitted to all of some shapes, about the furthest of them. */
export function* rangeWarnings(shapes: readonly Shape[], measures: readonly { readonly name: string; readonly measure: object }[]): Generator<RangeWarning, void> {
  for (const { name, measure } of measures) {
    if (!isPredictor(measure)) continue;
    const furthest = shapes.reduce((far, shape) => (measure.distance(shape) > measure.distance(far) ? shape : far));
    const message = rangeWarning(measure, furthest);
    if (message !== undefined) yield { type: "warning", measure: name, distance: measure.distance(furthest), message };
  }
}
