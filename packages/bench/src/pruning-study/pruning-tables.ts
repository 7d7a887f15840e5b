import { type SeedMean, seedMeanText } from "../seed-mean.js";
import { type Cell, type Column, type Table } from "../table.js";
import { consoleTable } from "../terminal/console-table.js";
import { pruningArms, wholeArm } from "./pruning-arms.js";
import { type CellMeans, type CellSummary, type PruningFindings, type Reference } from "./pruning-findings.js";
import { type PrunedNetwork, type PruningStudy } from "./study-pruning.js";

/** The findings for a terminal. */
export function pruningText({ base, cells, rounds, baseMeans, summaries, slants, roundShares }: PruningStudy & PruningFindings): string {
  const variants = new Set(pruningArms.filter(({ isVariant }) => isVariant).map(({ name }) => name));
  const [main, varied] = [summaries.filter(({ arm }) => !variants.has(arm)), summaries.filter(({ arm }) => variants.has(arm))];
  return [
    "every network trained for equal time, fine-tuning in rounds with it: held-out MLM loss in nats, accuracy on SST-2's dev split, mean over seeds (95% interval), and less two others seed by seed",
    consoleTable(lossTable(main, baseMeans, ["uniform", "layers"])),
    "parameters and latency (one sequence, the encoder), as shares of the base's: only a row whose interval is below 1 is faster", consoleTable(latencyTable(summaries, baseMeans)),
    `${wholeArm} by other penalties, costs and trainings`, consoleTable(lossTable(varied, null, [wholeArm])),
    `Spearman's correlation of f with the layer's number, ${wholeArm}: above 0, FFNs are wider towards the output`, consoleTable(slantTable(slants)),
    "sizes", consoleTable(sizeTable([{ arm: "base", fraction: 1, networks: base }, ...cells])),
    "what a round costs: milliseconds of a step of prunable parameters and of pre-training, in turn", consoleTable(roundTable(rounds)),
    "a round as a share of a pre-training, 1/1000 of its steps for prunable parameters and 1/20 for fine-tuning, whose network is smaller than that counted", consoleTable(shareTable(roundShares)),
  ].join("\n");
}

const decimals = (value: number): string => value.toFixed(3);
const percent = (value: number): string => `${(100 * value).toFixed(1)}%`;
const withInterval = (value: SeedMean | undefined, format = decimals): Cell => (value === undefined ? null : seedMeanText(value, format));
const labelled = (...labels: readonly string[]): Column[] => labels.map((label) => ({ label }));

/** Why a cell has no figures. */
const missing = ({ fraction, leastFraction }: CellSummary): string => (fraction < leastFraction ? `out of reach: leaves ${decimals(leastFraction)} at least` : "not finished");

const lossTable = (summaries: readonly CellSummary[], base: CellMeans | null, against: readonly Reference[]): Table => ({
  columns: labelled("arm", "left", "seeds", "loss", "SST-2", ...against.flatMap((reference) => [`loss less ${reference}`, `SST-2 less ${reference}`])),
  rows: [
    ...(base === null ? [] : [["base", "1", null, withInterval(base.loss), withInterval(base.accuracy), ...against.flatMap(() => [null, null])]]),
    ...summaries.map((summary) => {
      const { arm, fraction, seeds, means, less } = summary;
      const figures = means === null ? [missing(summary), null] : [withInterval(means.loss), withInterval(means.accuracy)];
      return [arm, String(fraction), seeds.length, ...figures, ...against.flatMap((reference) => [withInterval(less[reference]?.loss), withInterval(less[reference]?.accuracy)])];
    }),
  ],
});

/** Rows of what was measured. */
const latencyTable = (summaries: readonly CellSummary[], base: CellMeans | null): Table => ({
  columns: labelled("arm", "left", "parameters removed", "latency / base's", "latency saved", "faster by the clock"),
  rows: [...(base === null ? [] : [{ arm: "base", fraction: 1, means: base }]), ...summaries].flatMap(({ arm, fraction, means }) => (means === null ? [] : [[
    arm, String(fraction), percent(means.parametersRemoved.mean), withInterval(means.latencyRatio), means.isFaster ? percent(1 - means.latencyRatio.mean) : "none shown", means.isFaster ? "yes" : "NO",
  ]])),
});

const slantTable = (slants: PruningFindings["slants"]): Table => ({
  columns: [{ label: "left" }, { label: "seed" }, { label: "Spearman", format: decimals }],
  rows: slants.map(({ fraction, seed, spearman }) => [String(fraction), String(seed), spearman]),
});

const sizeTable = (cells: readonly { readonly arm: string; readonly fraction: number; readonly networks: readonly PrunedNetwork[] }[]): Table => ({
  columns: labelled("network", "left", "seed", "parameters", "steps", "h", "f", "a", "k", "v"),
  rows: cells.flatMap(({ arm, fraction, networks }) => networks.map(({ seed, parameters, steps, sizes: { h, f, a, k, v } }) =>
    [arm, String(fraction), String(seed), parameters, steps, h, ...[f, a, k, v].map((sizes) => sizes.join(" "))])),
});

const roundTable = (rounds: PruningStudy["rounds"]): Table => ({
  columns: [
    { label: "layers" }, { label: "width" }, { label: "parameters" }, ...["ms, prunable parameters", "ms, pre-training"].map((label) => ({ label, format: (ms: number) => ms.toFixed(1) })),
    { label: "ratio", format: decimals }, { label: "s, truncation to cutting", format: decimals },
  ],
  rows: rounds.map(({ layers, hiddenSize, parameters, alphaMs, trainingMs, cutSeconds }) => [layers, hiddenSize, parameters, alphaMs, trainingMs, alphaMs / trainingMs, cutSeconds]),
});

const shareTable = (findings: PruningFindings["roundShares"]): Table => ({
  columns: [
    { label: "layers" }, { label: "width" }, { label: "steps of pre-training" },
    ...["prunable parameters", "truncation to cutting", "fine-tuning, at most", "round, at most"].map((label) => ({ label, format: (share: number) => `${(100 * share).toFixed(3)}%` })),
  ],
  rows: findings.flatMap(({ layers, hiddenSize, shares }) =>
    shares.map(({ pretrainingSteps, alphas, cut, finetuning, round }) => [layers, hiddenSize, pretrainingSteps, alphas, cut, finetuning, round])),
});
