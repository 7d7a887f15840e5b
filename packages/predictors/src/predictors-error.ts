export type PredictorsErrorCode =
  | "predictors/bad-json" | "predictors/bad-option" | "predictors/bad-rows" | "predictors/bad-shape" | "predictors/bad-values" | "predictors/lengths-differ";

/** The error of this package: `code` says which, `message` is one line that says what was needed, what was given and what to do. */
export class PredictorsError extends Error {
  override readonly name = "PredictorsError";

  constructor(readonly code: PredictorsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
