export type BackendErrorCode =
  | "backend-onnx/engine-missing"
  | "backend-onnx/bad-option"
  | "backend-onnx/bad-model"
  | "backend-onnx/bad-feed"
  | "backend-onnx/run-failed"
  | "backend-onnx/disposed";

/** ONNX Runtime is missing, or refused a model or a run; the message is one line that says why. */
export class BackendError extends Error {
  override readonly name = "BackendError";
  constructor(readonly code: BackendErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** An error of the engine as one of ours: its text on one line, itself as the cause. */
export function engineError(code: BackendErrorCode, what: string, cause: unknown): BackendError {
  const text = (cause instanceof Error ? cause.message : String(cause)).replace(/\s+/g, " ").trim();
  return new BackendError(code, `backend-onnx: ${what}: ${text}`, { cause });
}
