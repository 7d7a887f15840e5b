import { formatTuple } from "@bort/arch";
import { type Cell, consoleTable, type Ranked, wIntervals } from "@bort/bench";

/** Confidence of the intervals of W. */
export const INTERVAL_LEVEL = 0.95;

/** Every candidate of a search, the best first, and the maximum point. */
export function extractionTable(found: Ranked, latency: "measured" | "flops"): string {
  const { trials, failed, rejected, maximumPoint } = found;
  const stepped = trials.some(({ steps }) => steps !== undefined);
  const intervalOf = wIntervals(found, INTERVAL_LEVEL);
  const row = (name: string, steps: Cell, sizes: readonly Cell[], interval: Cell, note: string): Cell[] =>
    [name, ...(stepped ? [steps] : []), ...sizes, ...(intervalOf === undefined ? [] : [interval]), note];
  return consoleTable({
    columns: [
      { label: "D,A,H,I" }, ...(stepped ? [{ label: "steps" }] : []), { label: "parameters" }, { label: latency === "flops" ? "FLOPs" : "ms" },
      { label: "error" }, { label: "W" }, ...(intervalOf === undefined ? [] : [{ label: `${100 * INTERVAL_LEVEL}% interval` }]), { label: "" },
    ],
    rows: [
      ...trials.map((trial, i) => row(
        formatTuple(trial.arch), trial.steps ?? null, [trial.parameters, trial.latencyMs, trial.error, trial.w], intervalOf?.(trial) ?? null, i === 0 ? "chosen" : "")),
      ...failed.map(({ arch, steps, parameters, latencyMs }) => row(formatTuple(arch), steps ?? null, [parameters, latencyMs, null, null], null, "failed")),
      ...rejected.map(({ arch, parameters, latencyMs, reason }) => row(formatTuple(arch), null, [parameters, latencyMs ?? null, null, null], null, reason)),
      row("teacher", null, [maximumPoint.parameters, maximumPoint.latencyMs, null, null], null, "maximum point"),
    ],
    highlightRow: 0,
  });
}
