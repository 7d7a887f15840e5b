import { type EncoderArch, type LayerArch } from "@bort/arch";
import { type Cell, consoleTable, formatNumber } from "@bort/bench";
import { type ArchCounts, type CountingOptions } from "./arch-counts.js";

/** An encoder under the name that it was asked for by, and what it costs. */
export interface CountedArch {
  readonly name: string;
  readonly arch: EncoderArch;
  readonly counts: ArchCounts;
}

/**
 * A table with one column an encoder: its shape, parameters, FLOPs and memory; where there are several, ratios to the first.
 *
 * Lines below it say what the accounting leaves out.
 */
export function archTable(models: readonly CountedArch[], options: CountingOptions): string {
  const rows = [...shapeRows, ...costRows(options), ...(models.length > 1 ? ratioRows(models[0]!) : [])]
    .map(([label, cell]) => [label, ...models.map(cell)] as const)
    .filter(([label, ...cells]) => !optional.has(label) || cells.some((cell) => cell !== null));
  const columns = [{ label: options.accounting }, ...models.map(({ name }) => ({ label: name, align: "right" as const }))];
  return [consoleTable({ columns, rows }), ...notes(options)].join("\n");
}

type Row = readonly [label: string, cell: (model: CountedArch) => Cell];

/** Rows that few encoders have. */
const optional: ReadonlySet<string> = new Set(["FFNs per layer", "bottleneck width", "embedding width"]);

const shapeRows: readonly Row[] = [
  ["layers", ({ arch }) => `${arch.layers.length}${arch.sharing === undefined ? "" : ", shared"}`],
  ["attention heads", perLayer(({ heads }) => heads)],
  ["  key size", perLayer(({ keySize }) => keySize)],
  ["  value size", perLayer(({ valueSize }) => valueSize)],
  ["hidden size", ({ arch }) => arch.hiddenSize],
  ["FFN size", perLayer(({ intermediateSize }) => intermediateSize)],
  ["FFNs per layer", ({ arch: { layers } }) => (layers.some((layer) => feedForwardsOf(layer) > 1) ? span(layers.map(feedForwardsOf)) : null)],
  ["bottleneck width", ({ arch }) => (arch.bottleneck === undefined ? null : span(arch.layers.map(({ width }) => width!)))],
  ["embedding width", ({ arch }) => arch.embedding?.size ?? null],
  ["vocabulary", ({ arch }) => arch.vocabSize],
  ["positions", ({ arch }) => arch.positions],
];

const costRows = (options: CountingOptions): readonly Row[] => [
  ["parameters", ({ counts }) => counts.parameters.total],
  ["  embedding", ({ counts }) => counts.parameters.embedding],
  ["  encoder", ({ counts }) => counts.parameters.encoder],
  ["  pooler", ({ counts }) => counts.parameters.pooler],
  ["  heads", ({ counts }) => counts.parameters.heads],
  [flopsLabel(options), ({ counts }) => counts.flops?.total ?? null],
  ["MACs", ({ counts }) => counts.macs ?? null],
  ["bytes to run", ({ counts }) => counts.memory.inference],
  ["  weights", ({ counts }) => counts.memory.weights],
  ["  activations", ({ counts }) => counts.memory.inferenceActivations],
  ["bytes to train", ({ counts }) => counts.memory.training],
  ["  weights", ({ counts }) => counts.memory.weights],
  ["  gradients", ({ counts }) => counts.memory.gradients],
  ["  optimizer state", ({ counts }) => counts.memory.optimizerState],
  ["  activations", ({ counts }) => counts.memory.trainingActivations],
];

function flopsLabel({ sequence, batch, elementwise }: CountingOptions): string {
  return `FLOPs, ${batch === 1 ? "" : `${formatNumber(batch)} × `}${formatNumber(sequence)} tokens${elementwise ? ", element-wise too" : ""}`;
}

function ratioRows({ name, counts: first }: CountedArch): readonly Row[] {
  const ratio = (of: (counts: ArchCounts) => number | undefined): Row[1] => ({ counts }) => {
    const [value, one] = [of(counts), of(first)];
    return value === undefined || one === undefined ? null : `${(value / one).toFixed(3)} ×`;
  };
  return [
    [`relative to ${name}`, () => ""],
    ["  parameters", ratio(({ parameters }) => parameters.total)],
    ["  FLOPs", ratio(({ flops }) => flops?.total)],
    ["  bytes to run", ratio(({ memory }) => memory.inference)],
    ["  bytes to train", ratio(({ memory }) => memory.training)],
  ];
}

function notes({ accounting }: CountingOptions): readonly string[] {
  if (accounting === "exact") return [];
  const missing = accounting === "schubert-paper"
    ? "schubert-paper defines neither FLOPs nor MACs"
    : `${accounting} defines FLOPs by a formula that is not twice a number of MACs`;
  return [`${missing}; memory is exact under every accounting.`];
}

const feedForwardsOf = ({ feedForwards = 1 }: LayerArch): number => feedForwards;

function perLayer(size: (layer: LayerArch) => number): Row[1] {
  return ({ arch }) => span(arch.layers.map(size));
}

/** The one size of all layers, or the least and the largest. */
function span(sizes: readonly number[]): string {
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)].map(formatNumber);
  return least === most ? least! : `${least}–${most}`;
}
