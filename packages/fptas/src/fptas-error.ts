/** What went wrong, as a literal that programs and tests can rely on. */
export type FptasErrorCode =
  | "fptas/bad-epsilon"
  | "fptas/bad-error-floor"
  | "fptas/bad-executor"
  | "fptas/bad-level"
  | "fptas/bad-maximum-point"
  | "fptas/bad-objective"
  | "fptas/bad-offset"
  | "fptas/bad-option"
  | "fptas/bad-repeats"
  | "fptas/duplicate-point"
  | "fptas/empty-space"
  | "fptas/no-candidate"
  | "fptas/no-hyperparameters"
  | "fptas/other-search";

/** The error of this package: `code` says which, `message` is one line that says what was needed, what was given and what to do. */
export class FptasError extends Error {
  override readonly name: string = "FptasError";

  constructor(readonly code: FptasErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
