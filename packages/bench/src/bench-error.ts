/** What went wrong, as a literal that programs and tests can rely on. */
export type BenchErrorCode =
  | "bench/bad-label"
  | "bench/bad-option"
  | "bench/bad-shape"
  | "bench/bad-table"
  | "bench/child-failed"
  | "bench/export-differs"
  | "bench/lengths-differ"
  | "bench/no-examples"
  | "bench/no-group"
  | "bench/no-labels"
  | "bench/no-submission"
  | "bench/other-labels"
  | "bench/other-run"
  | "bench/undefined-metric"
  | "bench/unknown-metric";

/** The error of this package: `code` says which, `message` is one line that says what was needed, what was given and what to do. */
export class BenchError extends Error {
  override readonly name: string = "BenchError";

  constructor(readonly code: BenchErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
