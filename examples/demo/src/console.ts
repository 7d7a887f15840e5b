import { type ProgressBar, type Table, consoleTable, progressBar } from "@bort/bench";

/** What a person watches: text on standard output, progress bars on standard error. */
export interface Console {
  heading(text: string): void;
  line(text: string): void;
  table(table: Table): void;
  /** A line on standard error. */
  notice(text: string): void;
  progress(label: string, total: number): ProgressBar;
}

/** A console on the two streams of this process. */
export const processConsole = (): Console => {
  const write = (text: string): void => void process.stdout.write(`${text}\n`);
  return {
    heading: (text) => write(`\n${text}`),
    line: write,
    table: (table) => write(consoleTable(table)),
    notice: (text) => void process.stderr.write(`${text}\n`),
    progress: (label, total) => progressBar(process.stderr, { label, total }),
  };
};
