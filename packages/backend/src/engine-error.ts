export type EngineErrorCode = "backend/bad-option" | "backend/no-engine";

/** No engine can be had as it was asked for; the message is one line that says why and what to do. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  constructor(readonly code: EngineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
