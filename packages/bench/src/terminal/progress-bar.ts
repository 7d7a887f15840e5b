import { BenchError } from "../bench-error.js";
import { displayWidth, oneLine, truncateToWidth } from "./display-width.js";

/** What a progress bar writes to; `process.stderr` is one. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  /** Width of the terminal. */
  readonly columns?: number;
  write(text: string): unknown;
}

export interface ProgressOptions {
  readonly label: string;
  /** How many units of work there are, 0 or more. */
  readonly total: number;
  /** Units that were done before, as in a resumed run; the rate does not count them. Default 0. */
  readonly start?: number;
  /** Writes nothing. Default false. */
  readonly quiet?: boolean;
  /** Milliseconds since any fixed moment. Default `performance.now`. */
  readonly clock?: () => number;
}

export interface ProgressBar {
  /** Tells how many units are done in all. The note, if any, stays until the next one. */
  readonly update: (done: number, note?: string) => void;
  /** Shows the last state, with the time that it took, and ends the line. What comes later is ignored. */
  readonly finish: (note?: string) => void;
}

const redrawMs = 100;
const defaultColumns = 80;
const longestBar = 30;
const shortestBar = 5;

/**
 * A progress bar with rate and remaining time: one line drawn anew, at most every 100 ms, on a terminal; elsewhere a plain line per 10% of the work.
 *
 * @throws BenchError `bench/bad-option` where `total` or `start` is negative or not finite
 */
export function progressBar(stream: ProgressStream, options: ProgressOptions): ProgressBar {
  const { label, total, start = 0, quiet = false, clock = () => performance.now() } = options;
  for (const [name, value] of Object.entries({ total, start })) {
    if (!(value >= 0 && value < Infinity)) throw new BenchError("bench/bad-option", `bench: ${name} must be 0 or more and finite, got ${value}`);
  }
  if (quiet) return { update: () => {}, finish: () => {} };
  const begun = clock();
  const onTerminal = stream.isTTY === true;
  const show = onTerminal ? drawTo(stream) : printTo(stream);
  let state: Progress = { label, total, done: start, start, seconds: 0, note: "", finished: false };
  const advance = (changes: Partial<Progress>): void => {
    if (state.finished) return;
    state = { ...state, ...changes, seconds: (clock() - begun) / 1000 };
    show(state);
  };
  return {
    update: (done, note) => advance({ done, note: note ?? state.note }),
    finish: (note) => advance({ note: note ?? state.note, finished: true }),
  };
}

interface Progress {
  readonly label: string;
  readonly total: number;
  readonly done: number;
  readonly start: number;
  readonly seconds: number;
  readonly note: string;
  readonly finished: boolean;
}

/** Draws one line over and over. */
function drawTo(stream: ProgressStream): (progress: Progress) => void {
  let drawnAt = -Infinity;
  return (progress) => {
    if (!progress.finished && progress.seconds * 1000 - drawnAt < redrawMs) return;
    drawnAt = progress.seconds * 1000;
    // One column less than there are: a full line would wrap.
    stream.write(`\r${terminalLine(progress, (stream.columns ?? defaultColumns) - 1)}\u001b[K${progress.finished ? "\n" : ""}`);
  };
}

/** Prints a line when another tenth of the work is done, and at the end. */
function printTo(stream: ProgressStream): (progress: Progress) => void {
  let printed: number | undefined;
  return (progress) => {
    const tenths = Math.floor(shareDone(progress) * 10 + 1e-9);
    printed ??= Math.floor(shareDone({ ...progress, done: progress.start }) * 10 + 1e-9);
    if (!progress.finished && (tenths <= printed || tenths === 10)) return; // The last tenth is left to the end.
    printed = tenths;
    stream.write(`${[oneLine(progress.label), percent(progress), ...details(progress)].join("  ")}\n`);
  };
}

function terminalLine(progress: Progress, columns: number): string {
  const parts = [percent(progress), ...details(progress)];
  const label = oneLine(progress.label);
  const room = columns - displayWidth([label, "", ...parts].join("  "));
  const width = Math.min(longestBar, room);
  const filled = Math.round(shareDone(progress) * width);
  const bar = width >= shortestBar ? ["█".repeat(filled) + "░".repeat(width - filled)] : [];
  return truncateToWidth([label, ...bar, ...parts].join("  "), columns);
}

function details(progress: Progress): string[] {
  const { done, start, total, seconds, note, finished } = progress;
  const rate = seconds > 0 ? (done - start) / seconds : 0;
  const time = finished ? `in ${duration(seconds)}` : rate > 0 ? `${duration(Math.max(0, total - done) / rate)} left` : "";
  return [`${Number(done.toFixed(1))}/${total}`, rate > 0 ? `${Number(rate.toPrecision(3))}/s` : "", time, oneLine(note)].filter((part) => part !== "");
}

function percent(progress: Progress): string {
  return `${Math.floor(shareDone(progress) * 100 + 1e-9)}%`.padStart(4);
}

/** 0 to 1; 1 where there is nothing to do. */
function shareDone({ done, total }: Progress): number {
  return total > 0 ? Math.min(1, Math.max(0, done / total)) : 1;
}

/** `8s`, `2:05`, `1:02:05`. */
function duration(seconds: number): string {
  if (seconds < 10) return `${Number(seconds.toFixed(1))}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}s`;
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, String(whole % 60).padStart(2, "0")];
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}
