export type TrialsErrorCode =
  | "trials/bad-journal" | "trials/bad-option" | "trials/bad-settings" | "trials/locked" | "trials/other-settings" | "trials/read-failed" | "trials/write-failed";

/** Refused input, or a file that cannot be used; the message is one line that says what was needed, what was given and what to do. */
export class TrialsError extends Error {
  override readonly name = "TrialsError";

  constructor(readonly code: TrialsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
