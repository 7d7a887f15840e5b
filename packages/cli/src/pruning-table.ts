import { type EncoderArch, type LayerArch } from "@bort/arch";
import { type Cell, type Column, consoleTable, formatNumber, type Table } from "@bort/bench";
import { type Metrics, type PrunedRound, type PruneEvent } from "@bort/schubert-prune";
import { wordsOf } from "./train-mlm.js";

/** The network before anything is cut. */
export type WholeNetwork = Extract<PruneEvent, { readonly type: "started" }>;

/** The sizes of a layer that pruning changes, with their letters. */
export const layerSizes: readonly { readonly dimension: "a" | "f" | "k" | "v"; readonly name: string; readonly sizeOf: (layer: LayerArch) => number }[] = [
  { dimension: "f", name: "FFN", sizeOf: ({ intermediateSize }) => intermediateSize }, { dimension: "a", name: "heads", sizeOf: ({ heads }) => heads },
  { dimension: "k", name: "keys", sizeOf: ({ keySize }) => keySize }, { dimension: "v", name: "values", sizeOf: ({ valueSize }) => valueSize },
];

/** What a task's evaluation is told by: the first of its metrics. */
export const metricOf = (metrics: Metrics): string => Object.keys(metrics)[0]!;

/** The whole network and its rounds, a line each: sizes, those of layers from the smallest to the largest, and what the task's evaluation gives before fine-tuning and after. */
export const pruningTable = (whole: WholeNetwork, rounds: readonly PrunedRound[], unit: string): Table =>
  ({ columns: columnsOf(whole, unit), rows: [wholeRow(whole), ...rounds.map(roundRow)] });

/** The same table line by line, as the rounds come. */
export class LiveTable {
  readonly #columns: readonly Column[];
  /** As wide as a row can be: of layers that all differ, of sizes no larger than before. */
  readonly #widest: readonly Cell[];

  constructor(private readonly whole: WholeNetwork, unit: string) {
    this.#columns = columnsOf(whole, unit);
    const spread = layerSizes.map(({ sizeOf }) => {
      const most = Math.max(...whole.arch.layers.map(sizeOf));
      return most === 1 ? "1" : `${most}-${most}`;
    });
    const [round, value, layers, hidden] = wholeRow(whole);
    this.#widest = [round!, String(value).length < 6 ? "0.0000" : value!, layers!, hidden!, ...spread, "0.0000", "0.0000"]; // A measured value may be shown with more digits as it falls.
  }

  /** The labels, and the whole network. */
  head(): string {
    const [labels, rule, , whole] = this.#linesWith(wholeRow(this.whole));
    return [labels, rule, whole].join("\n");
  }

  row(round: PrunedRound): string {
    return this.#linesWith(roundRow(round))[3]!;
  }

  #linesWith(row: readonly Cell[]): string[] {
    return consoleTable({ columns: this.#columns, rows: [this.#widest, row] }).split("\n");
  }
}

function columnsOf({ metrics }: WholeNetwork, unit: string): Column[] {
  const metric = wordsOf(metricOf(metrics)).split(" ").at(-1)!; // "loss" of "validation loss".
  return ["round", unit, "layers", "hidden", ...layerSizes.map(({ name }) => name), `${metric}, cut`, "tuned"].map((label) => ({ label, align: "right" }));
}

const wholeRow = ({ value, arch, metrics }: WholeNetwork): Cell[] => ["–", formatNumber(value), ...sizesOf(arch), shownMetric(metrics), null];
const roundRow = ({ round, value, arch, metrics, tunedMetrics }: PrunedRound): Cell[] =>
  [String(round), formatNumber(value), ...sizesOf(arch), shownMetric(metrics), shownMetric(tunedMetrics)];

const sizesOf = ({ hiddenSize, layers }: EncoderArch): string[] => [String(layers.length), String(hiddenSize), ...layerSizes.map(({ sizeOf }) => range(layers.map(sizeOf)))];
const shownMetric = (metrics: Metrics): string => metrics[metricOf(metrics)]!.toFixed(4);

function range(sizes: readonly number[]): string {
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  return least === most ? String(least) : `${least}-${most}`;
}
