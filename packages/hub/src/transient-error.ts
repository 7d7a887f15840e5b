/** A failure that may pass: a connection that broke, a server that is busy. `withRetries` catches it, so no caller of the package sees one. */
export class TransientError extends Error {
  override readonly name = "TransientError";
  /** How long the server asks to wait. */
  readonly retryAfterMs: number | undefined;
  /** How much of the file there was when it failed; 0 where nothing was received. */
  readonly receivedBytes: number;

  constructor(message: string, { retryAfterMs, receivedBytes = 0 }: { readonly retryAfterMs?: number | undefined; readonly receivedBytes?: number } = {}) {
    super(message);
    this.retryAfterMs = retryAfterMs;
    this.receivedBytes = receivedBytes;
  }
}
