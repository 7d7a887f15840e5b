import { formatTuple } from "@bort/arch";
import { consoleTable } from "@bort/bench";
import { type SearchResult } from "@bort/fptas";

/** Every candidate of a search, the best first, and the maximum point. */
export function extractionTable({ trials, failed, rejected, maximumPoint }: SearchResult, latency: "measured" | "flops"): string {
  const stepped = trials.some(({ steps }) => steps !== undefined);
  const row = (name: string, steps: number | null, ...rest: readonly (string | number | null)[]): (string | number | null)[] => [name, ...(stepped ? [steps] : []), ...rest];
  return consoleTable({
    columns: [
      { label: "D,A,H,I" }, ...(stepped ? [{ label: "steps" }] : []), { label: "parameters" }, { label: latency === "flops" ? "FLOPs" : "ms" },
      { label: "error" }, { label: "W" }, { label: "" },
    ],
    rows: [
      ...trials.map((trial, i) => row(formatTuple(trial.arch), trial.steps ?? null, trial.parameters, trial.latencyMs, trial.error, trial.w, i === 0 ? "chosen" : "")),
      ...failed.map((trial) => row(formatTuple(trial.arch), trial.steps ?? null, trial.parameters, trial.latencyMs, null, null, "failed")),
      ...rejected.map((candidate) => row(formatTuple(candidate.arch), null, candidate.parameters, candidate.latencyMs ?? null, null, null, candidate.reason)),
      row("teacher", null, maximumPoint.parameters, maximumPoint.latencyMs, null, null, "maximum point"),
    ],
    highlightRow: 0,
  });
}
