export type AgoraErrorCode = "agora/bad-executor" | "agora/bad-option" | "agora/condition-violated" | "agora/no-model";

/** Refused input, or a run that cannot go on; the message is one line that says what was needed, what was given and what to do. */
export class AgoraError extends Error {
  override readonly name = "AgoraError";

  constructor(readonly code: AgoraErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
