import { formatTuple } from "@bort/arch";
import { type ScoredTrial, type SearchResult, separation, type WInterval, wInterval } from "@bort/fptas";
import { type EncoderLatencies } from "@bort/nn";
import { formatNumber } from "./format-number.js";
import { type LatencyUnit } from "./pareto-section.js";
import { type Section } from "./report/report.js";
import { type Cell } from "./table.js";

/** What a ranking is made from. */
export type Ranked = Pick<SearchResult, "errorFloor" | "failed" | "maximumPoint" | "rejected" | "trials">;

export interface RankingOptions {
  readonly extraction: Ranked;
  readonly level: number;
  readonly unit: LatencyUnit;
  readonly latencies?: EncoderLatencies;
}

/** Every candidate by W, largest first, with intervals where there are several seeds, and whether the first is separated from the second. */
export function rankingSection({ extraction, level, unit, latencies }: RankingOptions): Section {
  const { trials, failed, rejected, maximumPoint } = extraction;
  const intervalOf = wIntervals(extraction, level);
  const stepped = [...trials, ...failed].some(({ steps }) => steps !== undefined);
  const row = (name: string, steps: Cell, sizes: readonly Cell[], interval: Cell, note: string): Cell[] =>
    [name, ...(stepped ? [steps] : []), ...sizes, ...(intervalOf === undefined ? [] : [interval]), note];
  return {
    heading: "Ranking by W",
    text: [separationText(extraction, level), ...(latencies === undefined ? [] : [latencyText(latencies)])],
    table: {
      columns: [
        { label: "D,A,H,I" }, ...(stepped ? [{ label: "steps" }] : []),
        { label: "parameters p" }, { label: `latency i, ${unit}` }, { label: "surrogate error e" }, { label: "W" },
        ...(intervalOf === undefined ? [] : [{ label: `${percent(level)} interval of W` }]), { label: "" },
      ],
      rows: [
        ...trials.map((trial, i) => row(
          formatTuple(trial.arch), trial.steps ?? null, [trial.parameters, trial.latencyMs, trial.error, trial.w], intervalOf?.(trial) ?? null, i === 0 ? "chosen" : "")),
        ...failed.map(({ arch, steps, parameters, latencyMs, reason }) => row(formatTuple(arch), steps ?? null, [parameters, latencyMs, null, null], null, `failed: ${reason}`)),
        ...rejected.map(({ arch, parameters, latencyMs, reason }) => row(
          formatTuple(arch), null, [parameters, latencyMs ?? null, null, null], null, reason === "slower" ? "slower than the maximum point" : "larger than the maximum point")),
        row("maximum point", null, [maximumPoint.parameters, maximumPoint.latencyMs, null, null], null, ""),
      ],
      ...(trials.length > 0 && { highlightRow: 0 }),
    },
  };
}

/** Writes a trial's interval of W, or `undefined` where no trial has one because each was trained once. */
export function wIntervals({ trials, maximumPoint, errorFloor }: Ranked, level: number): ((trial: ScoredTrial) => string) | undefined {
  if (trials.every(({ errors }) => errors === undefined)) return undefined;
  return (trial) => rangeText(intervalOf(trial, { maximumPoint, errorFloor }, level));
}

/** Whether the first of a ranking is separated from the second, in a sentence. @throws FptasError `fptas/bad-level` */
export function separationText({ trials, maximumPoint, errorFloor }: Ranked, level: number): string {
  const [first, ...others] = trials;
  const second = others.find(({ steps }) => steps === first?.steps);
  if (first === undefined || second === undefined) return "There is no second candidate that the first could be separated from.";
  if (first.errors === undefined || second.errors === undefined) {
    return "Each candidate was trained with one seed, so it is not known whether the first is separated from the second; train them with several.";
  }
  const named = (trial: ScoredTrial): string => `${formatTuple(trial.arch)} (W ${formatNumber(trial.w)}, ${rangeText(intervalOf(trial, { maximumPoint, errorFloor }, level))})`;
  const { separated, pValue, larger } = separation({ ...first, errors: first.errors }, { ...second, errors: second.errors }, { maximumPoint, level });
  const verdict = larger === "neither" ? "they tie" : `the first is ${separated ? "" : "not "}separated from the second`;
  return `${named(first)} leads ${named(second)} with ${first.errors.length} seeds each; at the ${percent(level)} level ${verdict} (Welch's t test on 1 / W, p = ${
    pValue.toPrecision(2)}; it takes parameters and latencies as exact, and does not count that the first was picked for leading).`;
}

function intervalOf({ errors = [], parameters, latencyMs }: ScoredTrial, { maximumPoint, errorFloor }: Pick<Ranked, "errorFloor" | "maximumPoint">, level: number): WInterval {
  return wInterval({ parameters, latencyMs, errors }, maximumPoint, { level, errorFloor });
}

const rangeText = ({ low, high }: WInterval): string => `${formatNumber(low)} to ${formatNumber(high)}`;

const percent = (share: number): string => `${formatNumber(100 * share)}%`;

function latencyText({ backend, threads, batchSize, sequenceLength, encoders }: EncoderLatencies): string {
  const largest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), 0);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const outliers = sum(encoders.map(({ discarded }) => discarded));
  return `Latencies are medians on ${batchSize} x ${sequenceLength} tokens, measured in turn on ${backend}${
    threads === null ? "" : ` with ${threads} ${threads === 1 ? "thread" : "threads"}`}: up to ${largest(encoders.map(({ repeats }) => repeats))} repeats each, ${
    outliers} ${outliers === 1 ? "outlier" : "outliers"} in all, and the widest interval, with ${
    percent(Math.min(...encoders.map(({ confidence }) => confidence)))} confidence or more, is ${percent(largest(encoders.map(({ relativeWidth }) => relativeWidth)))} of its median.`;
}
