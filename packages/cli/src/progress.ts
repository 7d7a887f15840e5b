import { type ProgressBar, progressBar } from "@bort/bench";
import { type Terminal } from "./terminal.js";

/** Makes the progress bars of a run, one after another. */
export type NewBar = (label: string, total: number, start?: number) => ProgressBar;

/** Bars on standard error; silent where `quiet`. */
export const barsOn = ({ stderr }: Terminal, quiet: boolean): NewBar => (label, total, start = 0) => progressBar(stderr, { label, total, start, quiet });
