import { formatTuple } from "@bort/arch";
import { paretoFront, type ScoredTrial } from "@bort/fptas";
import { formatNumber } from "./format-number.js";
import { type Section } from "./report/report.js";

/** What i is measured in. */
export type LatencyUnit = "FLOPs" | "ms";

/** Latencies are shown by colour in at most this many bands, as many candidates in each. */
const mostBands = 4;

/** Candidates by parameters, error and latency, with those that no other dominates by name. */
export function paretoSection(trials: readonly ScoredTrial[], unit: LatencyUnit): Section {
  const front = paretoFront(trials, ["parameters", "latencyMs", "error"]);
  const named = new Set(front);
  const bandOf = latencyBands(trials.map(({ latencyMs }) => latencyMs), unit);
  const byLatency = trials.toSorted((a, b) => a.latencyMs - b.latencyMs); // The legend names the bands in this order.
  return {
    heading: "Pareto view",
    text: [
      `${front.length} of ${trials.length} trials are not dominated: no other is as small, as fast and as accurate, and better in one of the three. They are named in the chart and listed below it.`,
    ],
    chart: {
      kind: "scatter", title: "Surrogate error against parameters, by latency", x: { label: "parameters p" }, y: { label: "surrogate error e" }, sizeLabel: "W",
      points: byLatency.map((trial) => ({
        x: trial.parameters, y: trial.error, size: trial.w, group: bandOf(trial.latencyMs), ...(named.has(trial) && { label: formatTuple(trial.arch) }),
      })),
    },
    table: {
      columns: [{ label: "not dominated" }, { label: "parameters p" }, { label: `latency i, ${unit}` }, { label: "surrogate error e" }, { label: "W" }],
      rows: front.toSorted((a, b) => a.parameters - b.parameters).map(({ arch, parameters, latencyMs, error, w }) => [formatTuple(arch), parameters, latencyMs, error, w]),
    },
  };
}

/** Gives a latency the name of its band. Bands are cut at quantiles; where there are few latencies each has its own. */
function latencyBands(latencies: readonly number[], unit: LatencyUnit): (latency: number) => string {
  const distinct = [...new Set(latencies)].sort((a, b) => a - b);
  const bands = Math.min(mostBands, distinct.length);
  const ends = Array.from({ length: bands }, (_, i) => distinct[Math.ceil(((i + 1) * distinct.length) / bands) - 1]!);
  return (latency) => `i up to ${formatNumber(ends.find((end) => latency <= end)!)} ${unit}`;
}
