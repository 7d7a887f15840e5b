export type IsolateErrorCode = "isolate/bad-module" | "isolate/bad-option" | "isolate/crashed" | "isolate/not-cloneable" | "isolate/timeout";

/** How a child process ended, as far as the system tells. */
export interface ProcessEnd {
  /** `null` where a signal ended it, or where it never started. */
  readonly exitCode: number | null;
  /** Such as `"SIGKILL"` or `"SIGSEGV"`; `null` where it exited by itself. */
  readonly signal: NodeJS.Signals | null;
  /** The last 8 KiB of what it wrote to standard error. */
  readonly stderr: string;
}

/** A function could not be run in a child process, or its process did not outlive it; the message is one line that says why. */
export class IsolateError extends Error implements ProcessEnd {
  override readonly name = "IsolateError";
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;

  /** @param options - how the process ended is said with `isolate/crashed` alone */
  constructor(readonly code: IsolateErrorCode, message: string, { cause, exitCode = null, signal = null, stderr = "" }: Partial<ProcessEnd> & ErrorOptions = {}) {
    super(message, cause === undefined ? {} : { cause });
    this.exitCode = exitCode;
    this.signal = signal;
    this.stderr = stderr;
  }
}

/** The text of anything thrown, on one line. */
export const textOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause)).replace(/\s+/g, " ").trim();
