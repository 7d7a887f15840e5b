import { formatTuple } from "@bort/arch";
import { type Table } from "@bort/bench";
import { type Extraction } from "@bort/fptas";
import { type LatencyMeasure } from "./search-architecture.js";

/** Trials that are shown. */
const SHOWN = 10;

/** The trials of the largest W, best first: p, i, e and W. */
export const trialsTable = ({ trials }: Extraction, latency: LatencyMeasure): Table => ({
  columns: [
    { label: "D,A,H,I" },
    { label: "parameters p" },
    latency === "measured" ? { label: "latency i, ms", format: (value) => value.toFixed(2) } : { label: "FLOPs i" },
    { label: "surrogate error e", format: (value) => value.toFixed(4) },
    { label: "W", format: (value) => value.toFixed(5) },
  ],
  rows: trials.slice(0, SHOWN).map(({ arch, parameters, latencyMs, error, w }) => [formatTuple(arch), parameters, latencyMs, error, w]),
  highlightRow: 0,
});
