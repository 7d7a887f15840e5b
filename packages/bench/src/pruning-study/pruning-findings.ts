import { spearmanCorrelation } from "@bort/predictors";
import { type SeedMean, seedMean } from "../seed-mean.js";
import { wholeArm } from "./pruning-arms.js";
import { type RoundShares, roundShares } from "./round-cost.js";
import { type PrunedNetwork, type PruningCell, type PruningStudy } from "./study-pruning.js";

/** What a cell is measured by, over its seeds. */
export interface CellMeans {
  /** Before the last training. */
  readonly lossBefore: SeedMean;
  readonly loss: SeedMean;
  readonly accuracy: SeedMean;
  /** Own / base, of the encoder. */
  readonly latencyRatio: SeedMean;
  /** Share of the base's. */
  readonly parametersRemoved: SeedMean;
  /** Whether the interval of the latency's ratio lies below 1, and below that of the base beside itself; of one seed there is none. */
  readonly isFaster: boolean;
}

/** A cell's values less another's at the same fraction, seed by seed. */
export interface CellDifference {
  readonly loss: SeedMean;
  readonly accuracy: SeedMean;
  readonly latencyRatio: SeedMean;
}

/** What others are compared with. */
export type Reference = "layers" | "uniform" | typeof wholeArm;

export interface CellSummary extends Pick<PruningCell, "arm" | "fraction" | "leastFraction"> {
  readonly seeds: readonly number[];
  /** Null where no seed is finished, or the fraction is out of reach. */
  readonly means: CellMeans | null;
  /** Null where there is no seed of both, and for the cell itself. */
  readonly less: Readonly<Record<Reference, CellDifference | null>>;
}

/** Whether FFNs grow wider from the input to the output. */
export interface FeedForwardSlant {
  readonly arm: string;
  readonly seed: number;
  readonly fraction: number;
  /** Of f with the layer's number, null where all FFNs are alike. */
  readonly spearman: number | null;
  /** Mean f of each third of the layers, from the input on. */
  readonly thirds: readonly number[];
}

export interface RoundFinding {
  readonly layers: number;
  readonly hiddenSize: number;
  readonly shares: readonly RoundShares[];
}

/** What follows from a study. */
export interface PruningFindings {
  /** Null where no base is finished. Its latency beside itself says what the clock can tell. */
  readonly baseMeans: CellMeans | null;
  readonly summaries: readonly CellSummary[];
  readonly slants: readonly FeedForwardSlant[];
  readonly roundShares: readonly RoundFinding[];
}

export function pruningFindings({ base, cells, rounds }: PruningStudy, { pretrainingSteps }: { readonly pretrainingSteps: readonly number[] }): PruningFindings {
  return {
    baseMeans: cellMeans(base, base), summaries: cells.map((cell) => summaryOf(cell, cells, base)), slants: cells.filter(({ arm }) => SLANTED.has(arm)).flatMap(slantsOf),
    roundShares: rounds.map((times) => ({ layers: times.layers, hiddenSize: times.hiddenSize, shares: pretrainingSteps.map((steps) => roundShares(times, steps)) })),
  };
}

function summaryOf(cell: PruningCell, cells: readonly PruningCell[], base: readonly PrunedNetwork[]): CellSummary {
  const { arm, fraction, leastFraction, networks } = cell;
  const less = (reference: Reference): CellDifference | null => {
    const other = cells.find((each) => each.arm === reference && each.fraction === fraction);
    return other === undefined || other === cell ? null : difference(networks, other.networks);
  };
  return {
    arm, fraction, leastFraction, seeds: networks.map(({ seed }) => seed), means: cellMeans(networks, base),
    less: { uniform: less("uniform"), layers: less("layers"), [wholeArm]: less(wholeArm) },
  };
}

function cellMeans(networks: readonly PrunedNetwork[], base: readonly PrunedNetwork[]): CellMeans | null {
  if (networks.length === 0) return null;
  const latencyRatio = seedMean(networks.map(({ latency }) => latency.ratio));
  return {
    lossBefore: seedMean(networks.map(({ lossBefore }) => lossBefore)), loss: seedMean(networks.map(({ loss }) => loss)), accuracy: seedMean(networks.map(({ accuracy }) => accuracy)),
    latencyRatio,
    parametersRemoved: seedMean(networks.map(({ parameters }) => 1 - parameters / base[0]!.parameters)), // All bases are of one size.
    isFaster: latencyRatio.interval !== null && latencyRatio.interval.high < lowestWithoutSaving(base),
  };
}

/** What the clock says of the base beside itself is no saving. */
const lowestWithoutSaving = (base: readonly PrunedNetwork[]): number => Math.min(1, seedMean(base.map(({ latency }) => latency.ratio)).interval?.low ?? 1);

function difference(networks: readonly PrunedNetwork[], others: readonly PrunedNetwork[]): CellDifference | null {
  const pairs = networks.flatMap((own) => others.filter(({ seed }) => seed === own.seed).map((other) => [own, other] as const));
  if (pairs.length === 0) return null;
  const mean = (of: (network: PrunedNetwork) => number): SeedMean => seedMean(pairs.map(([own, other]) => of(own) - of(other)));
  return { loss: mean(({ loss }) => loss), accuracy: mean(({ accuracy }) => accuracy), latencyRatio: mean(({ latency }) => latency.ratio) };
}

/** Arms that choose how wide each FFN is. */
const SLANTED: ReadonlySet<string> = new Set([wholeArm, "schubert-f"]);

const slantsOf = ({ arm, fraction, networks }: PruningCell): FeedForwardSlant[] => networks.map(({ seed, sizes: { f } }) => {
  const spearman = spearmanCorrelation(f.map((_, layer) => layer), f);
  return { arm, seed, fraction, spearman: Number.isNaN(spearman) ? null : spearman, thirds: thirdsOf(f) };
});

function thirdsOf(values: readonly number[]): number[] {
  const ends = [0, 1, 2, 3].map((third) => Math.round((third * values.length) / 3));
  return [0, 1, 2].map((third) => values.slice(ends[third], ends[third + 1])).filter((part) => part.length > 0).map((part) => part.reduce((sum, value) => sum + value, 0) / part.length);
}
