/** The user left; `message` says how far the work had come. */
export class Interruption extends Error {
  override readonly name: string = "Interruption";

  /** Whether what was done is kept, so that `--resume` goes on from there. */
  constructor(message: string, readonly resumable: boolean) {
    super(message);
  }
}

/** Whether an error is the user's leaving, which `signal` told, and no fault. */
export const isInterruption = (error: unknown, signal: AbortSignal): boolean => error instanceof Interruption || (signal.aborted && error === signal.reason);

/** A command line to type, `--resume` added. */
export function resumeLine(args: readonly string[]): string {
  const words = args.includes("--resume") ? args : [...args, "--resume"];
  return ["bort", ...words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`))].join(" ");
}
