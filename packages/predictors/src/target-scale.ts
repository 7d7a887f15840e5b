import { PredictorsError } from "./predictors-error.js";
import { type MeasuredShape } from "./predictor.js";

/** What a linear model is fitted to: the values as they are, or their natural logarithm. */
export type Target = "value" | "logarithm";

const scales: Readonly<Record<Target, { readonly to: (value: number) => number; readonly from: (value: number) => number }>> = {
  value: { to: (value) => value, from: (value) => value },
  logarithm: { to: Math.log, from: Math.exp },
};

/** The measured values on the scale of a target; @throws PredictorsError `predictors/bad-option`, `predictors/bad-rows` for the logarithm of what is not above 0 */
export function targetsOf(rows: readonly MeasuredShape[], target: Target): number[] {
  if (!Object.hasOwn(scales, target)) {
    throw new PredictorsError("predictors/bad-option", `predictors: target must be ${Object.keys(scales).join(" or ")}, got ${JSON.stringify(target)}`);
  }
  const wrong = target === "logarithm" ? rows.findIndex(({ value }) => !(value > 0)) : -1;
  if (wrong !== -1) {
    throw new PredictorsError("predictors/bad-rows", `predictors: the logarithm needs values above 0, got ${rows[wrong]!.value} in row ${wrong + 1}; fit to target "value"`);
  }
  return rows.map(({ value }) => scales[target].to(value));
}

/** A model's output in the unit of the measured values. */
export const valueOf = (output: number, target: Target): number => scales[target].from(output);
