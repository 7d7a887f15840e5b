/** A failure that may pass: a connection that broke, a server that is busy. `withRetries` catches it, so no caller of the package sees one. */
export class TransientError extends Error {
  override readonly name = "TransientError";
  /** How long the server asks to wait. */
  readonly retryAfterMs: number | undefined;
  /** Whether something was received before the failure. */
  readonly hasProgressed: boolean;

  constructor(message: string, { retryAfterMs, hasProgressed = false }: { readonly retryAfterMs?: number | undefined; readonly hasProgressed?: boolean } = {}) {
    super(message);
    this.retryAfterMs = retryAfterMs;
    this.hasProgressed = hasProgressed;
  }
}
