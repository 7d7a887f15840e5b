import { TestWorkplace } from "./test-workplace.js";

/** A line of a table of measured shapes. */
export interface MeasuredLine {
  readonly shape: readonly number[];
  readonly loss: number;
  readonly perplexity: number;
  readonly latency?: number;
}

/** What layers of a small super-network may have. */
export const smallWidths: readonly string[] = ["--widths", "4", "8", "16"];

/** A workplace for a small super-network in `net`. */
export class SupernetWorkplace extends TestWorkplace {
  /** The arguments of a small measuring of its shapes. */
  sampling(out: string, ...more: readonly string[]): string[] {
    return ["supernet", "sample", "--supernet", this.at("net"), "--shapes", "12", "--batch-size", "2", "--batches", "2", "--threads", "1", "--out", this.at(out), ...more];
  }

  lines(path: string): MeasuredLine[] {
    return this.bytes(path).toString().trimEnd().split("\n").map((line) => JSON.parse(line) as MeasuredLine);
  }
}
