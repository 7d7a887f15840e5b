/** What went wrong, as a literal that programs and tests can rely on. */
export type CliErrorCode =
  | "cli/usage"
  | "cli/bad-json"
  | "cli/bad-run"
  | "cli/folder-in-use"
  | "cli/other-run"
  | "cli/write-failed";

/** The error of this package: `code` says which, `message` is one line that says what was needed, what was given and what to do. */
export class CliError extends Error {
  override readonly name: string = "CliError";

  constructor(readonly code: CliErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** The command line is wrong: code `cli/usage`. */
export const usageError = (message: string): CliError => new CliError("cli/usage", message);
