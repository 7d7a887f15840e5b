import { type ArchTuple, formatTuple } from "@bort/arch";
import { type Extraction, type RepeatedCandidate, separation, type WInterval, wInterval } from "@bort/fptas";
import { type EncoderLatencies } from "@bort/nn";
import { formatNumber } from "./format-number.js";
import { type LatencyUnit } from "./pareto-section.js";
import { type Section } from "./report/report.js";
import { type Cell } from "./table.js";

/** A candidate that was trained with several seeds. */
export interface RepeatedArch extends RepeatedCandidate {
  readonly arch: ArchTuple;
}

export interface RankingOptions {
  readonly extraction: Pick<Extraction, "errorFloor" | "failed" | "maximumPoint" | "rejected" | "trials">;
  readonly repeated: readonly RepeatedArch[];
  readonly level: number;
  readonly unit: LatencyUnit;
  readonly latencies?: EncoderLatencies;
}

/** Every candidate by W, largest first, with intervals where there are several seeds, and whether the first is separated from the second. */
export function rankingSection({ extraction, repeated, level, unit, latencies }: RankingOptions): Section {
  const { trials, failed, rejected, maximumPoint, errorFloor } = extraction;
  const intervals = repeated.map((candidate) => ({ candidate, interval: wInterval(candidate, maximumPoint, { level, errorFloor }) }));
  const intervalOf = new Map(intervals.map(({ candidate, interval }) => [formatTuple(candidate.arch), rangeText(interval)]));
  return {
    heading: "Ranking by W",
    text: [separationText(intervals, extraction, level), ...(latencies === undefined ? [] : [latencyText(latencies)])],
    table: {
      columns: [
        { label: "D,A,H,I" }, { label: "parameters p" }, { label: `latency i, ${unit}` }, { label: "surrogate error e" }, { label: "W" },
        { label: `${percent(level)} interval of W` }, { label: "" },
      ],
      rows: [
        ...trials.map(({ arch, parameters, latencyMs, error, w }, i): Cell[] =>
          [formatTuple(arch), parameters, latencyMs, error, w, intervalOf.get(formatTuple(arch)) ?? null, i === 0 ? "chosen" : ""]),
        ...failed.map(({ arch, parameters, latencyMs, reason }): Cell[] => [formatTuple(arch), parameters, latencyMs, null, null, null, `failed: ${reason}`]),
        ...rejected.map(({ arch, parameters, latencyMs, reason }): Cell[] =>
          [formatTuple(arch), parameters, latencyMs ?? null, null, null, null, reason === "slower" ? "slower than the maximum point" : "larger than the maximum point"]),
        ["maximum point", maximumPoint.parameters, maximumPoint.latencyMs, null, null, null, ""],
      ],
      ...(trials.length > 0 && { highlightRow: 0 }),
    },
  };
}

interface Interval {
  readonly candidate: RepeatedArch;
  readonly interval: WInterval;
}

function separationText(intervals: readonly Interval[], { maximumPoint }: RankingOptions["extraction"], level: number): string {
  const [first, second] = intervals.toSorted((a, b) => b.interval.w - a.interval.w);
  if (first === undefined || second === undefined) {
    return "Fewer than two candidates were trained with several seeds, so it is not known whether the first is separated from the second.";
  }
  const { separated, pValue, larger } = separation(first.candidate, second.candidate, { maximumPoint, level });
  const verdict = larger === "neither" ? "they tie" : `the first is ${separated ? "" : "not "}separated from the second`;
  return `Of the candidates trained with several seeds, ${named(first)} leads ${named(second)}; at the ${percent(level)} level ${verdict} (Welch's t test on 1 / W, p = ${
    pValue.toPrecision(2)}; it does not count that the first was picked for leading).`;
}

const named = ({ candidate, interval }: Interval): string =>
  `${formatTuple(candidate.arch)} (W ${formatNumber(interval.w)}, ${rangeText(interval)}, ${interval.seeds} seeds)`;

const rangeText = ({ low, high }: WInterval): string => `${formatNumber(low)} to ${formatNumber(high)}`;

const percent = (share: number): string => `${formatNumber(100 * share)}%`;

function latencyText({ backend, threads, batchSize, sequenceLength, encoders }: EncoderLatencies): string {
  const largest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), 0);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return `Latencies are medians on ${batchSize} x ${sequenceLength} tokens, measured in turn on ${backend}${
    threads === null ? "" : ` with ${threads} ${threads === 1 ? "thread" : "threads"}`}: up to ${largest(encoders.map(({ repeats }) => repeats))} repeats each, ${
    sum(encoders.map(({ discarded }) => discarded))} outliers in all, and the widest interval, with ${
    percent(Math.min(...encoders.map(({ confidence }) => confidence)))} confidence or more, is ${percent(largest(encoders.map(({ relativeWidth }) => relativeWidth)))} of its median.`;
}
