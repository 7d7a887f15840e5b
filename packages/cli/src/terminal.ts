import { type ProgressStream } from "@bort/bench";

/** Where a command writes: results to `stdout`, progress and errors to `stderr`. */
export interface Terminal {
  readonly stdout: ProgressStream;
  readonly stderr: ProgressStream;
}

export const printLine = (stream: ProgressStream, line: string): void => void stream.write(`${line}\n`);
