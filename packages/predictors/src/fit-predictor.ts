import { fitPairwise, type PairwiseOptions } from "./fit-pairwise.js";
import { fitLinear, type LinearOptions, type LinearPredictor } from "./linear-predictor.js";
import { type PairwisePredictor } from "./pairwise-predictor.js";
import { type MeasuredShape } from "./predictor.js";
import { PredictorsError } from "./predictors-error.js";
import { fitTrees, type TreesOptions, type TreesPredictor } from "./trees-predictor.js";

/** The predictors, by kind. */
export interface PredictorOfKind {
  readonly pairwise: PairwisePredictor;
  readonly trees: TreesPredictor;
  readonly linear: LinearPredictor;
}

export type PredictorKind = keyof PredictorOfKind;

/** What each kind can be told. */
export interface OptionsOfKind {
  readonly pairwise: PairwiseOptions;
  readonly trees: TreesOptions;
  readonly linear: LinearOptions;
}

/** A kind of predictor, and its options. */
export type FitPredictorOptions<Kind extends PredictorKind> = { readonly kind: Kind } & OptionsOfKind[Kind];

const fits: { readonly [Kind in PredictorKind]: (rows: readonly MeasuredShape[], options: OptionsOfKind[Kind]) => PredictorOfKind[Kind] } = {
  pairwise: fitPairwise, trees: fitTrees, linear: fitLinear,
};

/**
 * The predictor of a kind, fitted to measured shapes: "pairwise", unless something else is known to be better; "trees", the paper's; "linear", to compare with.
 *
 * @throws PredictorsError `predictors/bad-rows`, `predictors/bad-shape`, `predictors/bad-values`, `predictors/bad-option`
 */
export function fitPredictor<Kind extends PredictorKind>(rows: readonly MeasuredShape[], { kind, ...options }: FitPredictorOptions<Kind>): PredictorOfKind[Kind] {
  if (!Object.hasOwn(fits, kind)) {
    throw new PredictorsError("predictors/bad-option", `predictors: there is no kind of predictor ${JSON.stringify(kind)}; use one of ${Object.keys(fits).join(", ")}`);
  }
  return fits[kind](rows, options as unknown as OptionsOfKind[Kind]);
}
