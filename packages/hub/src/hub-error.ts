export type HubErrorCode =
  | "hub/bad-answer"
  | "hub/bad-name"
  | "hub/bad-option"
  | "hub/no-access"
  | "hub/not-found"
  | "hub/offline"
  | "hub/unreachable"
  | "hub/write-failed"
  | "hub/wrong-hash";

/** The error of this package: a literal `code` and a one-line message that says what was needed, what was given, what to do. */
export class HubError extends Error {
  override readonly name = "HubError";
  constructor(readonly code: HubErrorCode, message: string) {
    super(message);
  }
}
