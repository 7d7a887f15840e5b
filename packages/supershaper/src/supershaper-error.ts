/** What went wrong, as a literal that programs and tests can rely on. */
export type SuperShaperErrorCode =
  | "supershaper/bad-backbone"
  | "supershaper/bad-measure"
  | "supershaper/bad-option"
  | "supershaper/bad-shape"
  | "supershaper/heads-do-not-divide-width"
  | "supershaper/infeasible"
  | "supershaper/not-additive"
  | "supershaper/too-large"
  | "supershaper/width-not-in-space";

/** The error of this package: `code` says which, `message` is one line that says what was needed, what was given and what to do. */
export class SuperShaperError extends Error {
  override readonly name: string = "SuperShaperError";

  constructor(readonly code: SuperShaperErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
