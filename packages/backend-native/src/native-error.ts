export type NativeErrorCode =
  | "backend-native/no-koffi"
  | "backend-native/no-blas"
  | "backend-native/bad-blas"
  | "backend-native/bad-option"
  | "backend-native/bad-program"
  | "backend-native/bad-address"
  | "backend-native/out-of-memory"
  | "backend-native/crashed"
  | "backend-native/closed";

/** The native engine lacks something, was asked for something impossible, or broke; the message is one line that says what to do. */
export class NativeError extends Error {
  override readonly name = "NativeError";
  constructor(readonly code: NativeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** The text of anything thrown, on one line. */
export const textOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause)).replace(/\s+/g, " ").trim();
