import { type ProgressBar, progressBar } from "@bort/bench";

/** What a person watches: lines on standard output, progress bars and remarks on standard error. */
export interface Terminal {
  line(text: string): void;
  remark(text: string): void;
  /** A bar that begins at `start`, 0 unless given. */
  bar(label: string, total: number, start?: number): ProgressBar;
}

/** The streams of this process. */
export const processTerminal = (): Terminal => ({
  line: (text) => void process.stdout.write(`${text}\n`),
  remark: (text) => void process.stderr.write(`${text}\n`),
  bar: (label, total, start = 0) => progressBar(process.stderr, { label, total, start }),
});
