/** Every reason for which this package refuses its input. */
export type ArchErrorCode =
  | "arch/accounting-does-not-apply"
  | "arch/bad-arch"
  | "arch/bad-bottleneck"
  | "arch/bad-config"
  | "arch/bad-measure"
  | "arch/bad-option"
  | "arch/bad-point"
  | "arch/bad-position-offset"
  | "arch/bad-sharing"
  | "arch/bad-size"
  | "arch/bad-space"
  | "arch/bad-tuple"
  | "arch/duplicate"
  | "arch/empty-list"
  | "arch/empty-space"
  | "arch/head-needs-pooler"
  | "arch/heads-do-not-divide-hidden"
  | "arch/missing-field"
  | "arch/not-additive"
  | "arch/not-in-space"
  | "arch/not-json"
  | "arch/out-of-range"
  | "arch/sampling-failed"
  | "arch/sequence-too-long"
  | "arch/too-large"
  | "arch/unknown-key"
  | "arch/unknown-model-type"
  | "arch/unknown-preset"
  | "arch/unsupported-config";

/** The error of this package: a literal `code` and a one-line message that says what was needed, what was given, what to do. */
export class ArchError extends Error {
  readonly code: ArchErrorCode;

  constructor(code: ArchErrorCode, message: string) {
    super(message);
    this.name = "ArchError";
    this.code = code;
  }
}

/** A value as an error message shows it: one line, at most about 60 characters. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "function") return "a function";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
