export type DistillErrorCode =
  | "distill/bad-cache"
  | "distill/bad-option"
  | "distill/locked"
  | "distill/not-finite"
  | "distill/other-cache"
  | "distill/other-vocabulary";

/** The error of this package: a literal `code` and a one-line message that says what was needed, what was given, what to do. */
export class DistillError extends Error {
  override readonly name = "DistillError";
  constructor(readonly code: DistillErrorCode, message: string) {
    super(message);
  }
}
