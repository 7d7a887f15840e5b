export type ReproductionErrorCode = "reproduction/usage" | "reproduction/folder-in-use" | "reproduction/other-run";

/** The program cannot do what it was asked for; the message is one line that says why and what to do. */
export class ReproductionError extends Error {
  override readonly name = "ReproductionError";
  constructor(readonly code: ReproductionErrorCode, message: string) {
    super(message);
  }
}
