/** What went wrong, as a literal that programs and tests can rely on. */
export type SchubertErrorCode =
  | "schubert-prune/bad-layers"
  | "schubert-prune/bad-measurements"
  | "schubert-prune/bad-option"
  | "schubert-prune/bad-round"
  | "schubert-prune/bad-tokens"
  | "schubert-prune/bad-units"
  | "schubert-prune/factorized"
  | "schubert-prune/missing-round"
  | "schubert-prune/tied-units"
  | "schubert-prune/unknown-dimension"
  | "schubert-prune/unreachable-target";

/** The error of this package: `code` says which, `message` is one line that says what was needed, what was given and what to do. */
export class SchubertError extends Error {
  override readonly name: string = "SchubertError";

  constructor(readonly code: SchubertErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
