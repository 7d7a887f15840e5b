/** What went wrong, as a literal that programs and tests can rely on. */
export type DataErrorCode =
  | "data/bad-distribution"
  | "data/bad-file"
  | "data/bad-json"
  | "data/bad-option"
  | "data/bad-row"
  | "data/bad-tokenizer"
  | "data/bad-tokens"
  | "data/corpus-too-small"
  | "data/empty-corpus"
  | "data/empty-file"
  | "data/line-too-long"
  | "data/locked"
  | "data/missing-column"
  | "data/missing-label"
  | "data/missing-package"
  | "data/missing-path"
  | "data/not-utf8"
  | "data/read-failed"
  | "data/unknown-label"
  | "data/unknown-task"
  | "data/write-failed";

/** The error of this package: `code` says which, `message` is one line that says what was needed, what was given and what to do. */
export class DataError extends Error {
  override readonly name: string = "DataError";

  constructor(readonly code: DataErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
