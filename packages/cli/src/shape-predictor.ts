import { type HeldOutPoint } from "@bort/bench";
import { agreement, crossValidate, evaluatePairwiseSum, fitPredictor, type MeasuredShape, type PairwiseSum, type Predictor, type PredictorKind } from "@bort/predictors";
import { type ShapeSpace, tabulatedSum } from "@bort/supershaper";
import { choice, type Option, withDefault } from "./options.js";

export const predictorOption: Option<PredictorKind> = withDefault(
  choice(["pairwise", "trees", "linear"], "what predicts: a sum over layers and neighbours, boosted trees as in SuperShaper's paper, or a weighted sum of widths"), "pairwise");

/** Between a quantity and the sum that rises with it. */
export interface SumScale {
  readonly to: (value: number) => number;
  readonly from: (sum: number) => number;
}

export const asItIs: SumScale = { to: (value) => value, from: (sum) => sum };
const logarithmic: SumScale = { to: Math.log, from: Math.exp };

/** A predictor, and how good it is on shapes that it has not seen. */
export interface JudgedPredictor {
  readonly predictor: Predictor;
  /** Rises with what is predicted; trees have none. */
  readonly sum?: PairwiseSum;
  readonly scale: SumScale;
  readonly quality: PredictorQuality;
  /** Each row by a fit to the other four fifths, as its quality has it. */
  readonly heldOut: readonly HeldOutPoint[];
}

export interface PredictorQuality {
  readonly predictor: PredictorKind;
  /** Measured shapes. */
  readonly rows: number;
  /** Of all rows, each predicted by a fit to the other four fifths; NaN where all values are equal. */
  readonly spearman: number;
  readonly rSquared: number;
}

export interface JudgePredictorOptions {
  readonly kind: PredictorKind;
  readonly space: ShapeSpace;
  /** Perplexities are fitted by their logarithm where the kind can; latencies as they are, with the parameters of a shape beside its widths where the kind can. */
  readonly quantity: "latency" | "perplexity";
  readonly parameters: PairwiseSum;
}

/** Fits a predictor, and judges it by 5-fold cross-validation; throws what `fitPredictor` and `crossValidate` throw. */
export function judgedPredictor(rows: readonly MeasuredShape[], { kind, space, quantity, parameters }: JudgePredictorOptions): JudgedPredictor {
  const isLatency = quantity === "latency";
  const beside = isLatency ? { features: (shape: readonly number[]) => [evaluatePairwiseSum(parameters, shape)] } : {};
  const fit = (given: readonly MeasuredShape[]): Predictor =>
    (kind === "pairwise" ? fitPredictor(given, { kind, target: isLatency ? "value" : "logarithm" }) : fitPredictor(given, { kind, ...beside }));
  const predictor = fit(rows);
  const { predictions } = crossValidate(rows, fit);
  const { spearman, rSquared } = agreement(predictions, rows.map(({ value }) => value));
  return {
    predictor, ...sumOf(predictor, kind, space), scale: kind === "pairwise" && !isLatency ? logarithmic : asItIs,
    quality: { predictor: kind, rows: rows.length, spearman, rSquared },
    heldOut: rows.map(({ value: measured }, i) => ({ predicted: predictions[i]!, measured })),
  };
}

function sumOf(predictor: Predictor, kind: PredictorKind, space: ShapeSpace): Pick<JudgedPredictor, "sum"> {
  if ("sum" in predictor) return { sum: predictor.sum as PairwiseSum };
  return kind === "linear" ? { sum: tabulatedSum(space, (shape) => predictor.predict(shape)) } : {};
}

/** How good a predictor is, in a line. */
export const qualityText = (quantity: string, { predictor, rows, spearman, rSquared }: PredictorQuality): string =>
  `${quantity} by ${predictor} of ${rows} shapes: Spearman ${spearman.toFixed(3)}, R^2 ${rSquared.toFixed(3)} (5-fold cross-validation)`;
