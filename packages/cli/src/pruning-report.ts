import { type EncoderArch } from "@bort/arch";
import { formatNumber, type LineChart, type Report, type Section } from "@bort/bench";
import { type PrunedRound } from "@bort/schubert-prune";
import { layerSizes, metricOf, pruningTable, type WholeNetwork } from "./pruning-table.js";
import { wordsOf } from "./train-mlm.js";

export interface PruningReportOptions {
  readonly whole: WholeNetwork;
  readonly rounds: readonly PrunedRound[];
  /** Of the targets, as it is written after a value. */
  readonly unit: string;
  /** What is told of each network that is kept. */
  readonly notes: readonly string[];
  /** When, and by what, as it shall read. */
  readonly generated: string;
}

/** What pruning made of a network: sizes by round, what the task lost, and the sizes of each layer (schuBERT's figures 3 to 6). */
export function pruningReport({ whole, rounds, unit, notes, generated }: PruningReportOptions): Report {
  const last = rounds.at(-1)!;
  return {
    title: "Pruned network", subtitle: `${formatNumber(last.value)} ${unit} of ${formatNumber(whole.value)}, in ${rounds.length} ${rounds.length === 1 ? "round" : "rounds"}`, generated,
    facts: [
      { label: `${unit} left`, value: `${(100 * last.value / whole.value).toFixed(1)}%` },
      { label: `${wordsOf(metricOf(whole.metrics))} before`, value: formatNumber(metricIn(whole.metrics)) },
      { label: "after pruning and fine-tuning", value: formatNumber(metricIn(last.tunedMetrics)) },
    ],
    sections: [
      { heading: "Rounds", text: notes, table: pruningTable(whole, rounds, unit) },
      metricSection(whole, rounds, unit),
      { heading: "What is left of each dimension", text: ["Sizes as a share of what they were; those of layers as means."], chart: shareChart(whole.arch, rounds) },
      ...layerSizes.map(({ dimension, name, sizeOf }): Section => {
        const points = ({ layers }: EncoderArch): (readonly [number, number])[] => layers.map((layer, i) => [i + 1, sizeOf(layer)] as const);
        const series = [{ name: "before", points: points(whole.arch) }, ...rounds.map((round) => ({ name: seriesName(round, whole, unit), points: points(round.arch) }))];
        return { heading: `${headings[dimension]} by layer`, chart: { kind: "line", title: `${headings[dimension]} by layer`, x: { label: "layer" }, y: { label: name }, series } };
      }),
    ],
  };
}

const headings = { f: "FFN sizes", a: "Heads", k: "Key sizes", v: "Value sizes" } as const;

const metricIn = (metrics: PrunedRound["metrics"]): number => metrics[metricOf(metrics)]!;

/** A round, and whether it meets a target. */
function seriesName({ round, value, target }: PrunedRound, { targets }: WholeNetwork, unit: string): string {
  const isTarget = targets.some((each) => each.isTarget && each.value === target);
  return `round ${round}: ${formatNumber(value)} ${unit}${isTarget ? ", a target" : ""}`;
}

function metricSection(whole: WholeNetwork, rounds: readonly PrunedRound[], unit: string): Section {
  const metric = wordsOf(metricOf(whole.metrics));
  const heading = `${metric[0]!.toUpperCase()}${metric.slice(1)} by size`;
  const start = [whole.value, metricIn(whole.metrics)] as const;
  return {
    heading,
    chart: {
      kind: "line", title: heading, x: { label: unit }, y: { label: metric },
      series: [
        { name: "cut", points: [start, ...rounds.map(({ value, metrics }) => [value, metricIn(metrics)] as const)] },
        { name: "fine-tuned", points: [start, ...rounds.map(({ value, tunedMetrics }) => [value, metricIn(tunedMetrics)] as const)] },
      ],
    },
  };
}

function shareChart(before: EncoderArch, rounds: readonly PrunedRound[]): LineChart {
  const dimensions = [
    { name: "layers", sizeOf: ({ layers }: EncoderArch) => layers.length }, { name: "hidden", sizeOf: ({ hiddenSize }: EncoderArch) => hiddenSize },
    ...layerSizes.map(({ name, sizeOf }) => ({ name, sizeOf: ({ layers }: EncoderArch) => layers.reduce((sum, layer) => sum + sizeOf(layer), 0) / layers.length })),
  ];
  const archs = [before, ...rounds.map(({ arch }) => arch)];
  return {
    kind: "line", title: "Share that is left after each round", x: { label: "round" }, y: { label: "share" },
    series: dimensions.map(({ name, sizeOf }) => ({ name, points: archs.map((arch, round) => [round, sizeOf(arch) / sizeOf(before)] as const) })),
  };
}
