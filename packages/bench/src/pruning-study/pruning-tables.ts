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
    "every network trained for equal time, fine-tuning in rounds with it: held-out MLM loss in nats before and after what the rounds left of it, accuracy on SST-2's dev split, mean over seeds (95% interval), and less two others seed by seed",
    consoleTable(lossTable(main, baseMeans, ["uniform", "layers"])),
    "parameters and latency (one sequence, the encoder), as shares of the base's: only a row whose interval is below 1, and below that of the base beside itself, is faster", consoleTable(latencyTable(summaries, baseMeans)),
    `${wholeArm} by other penalties, costs and trainings`, consoleTable(lossTable(varied, null, [wholeArm])),
    "Spearman's correlation of f with the layer's number, above 0 where FFNs are wider towards the output, and the mean f of each third of the layers", consoleTable(slantTable(slants)),
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
  columns: labelled("arm", "left", "parameters", "seeds", "loss before", "loss", "SST-2", ...against.flatMap((reference) => [`loss less ${reference}`, `SST-2 less ${reference}`])),
  rows: [
    ...(base === null ? [] : [["base", "1", null, null, ...figuresOf(base), ...against.flatMap(() => [null, null])]]),
    ...summaries.map((summary) => {
      const { arm, fraction, seeds, means, less } = summary;
      const left = means === null ? null : percent(1 - means.parametersRemoved.mean);
      return [arm, String(fraction), left, seeds.length, ...(means === null ? [missing(summary), null, null] : figuresOf(means)), ...against.flatMap((reference) => [withInterval(less[reference]?.loss), withInterval(less[reference]?.accuracy)])];
    }),
  ],
});

const figuresOf = ({ lossBefore, loss, accuracy }: CellMeans): Cell[] => [lossBefore, loss, accuracy].map((each) => withInterval(each));

/** Rows of what was measured. */
const latencyTable = (summaries: readonly CellSummary[], base: CellMeans | null): Table => ({
  columns: labelled("arm", "left", "parameters removed", "latency / base's", "latency saved", "faster by the clock"),
  rows: [...(base === null ? [] : [{ arm: "base", fraction: 1, means: base }]), ...summaries].flatMap(({ arm, fraction, means }) => (means === null ? [] : [[
    arm, String(fraction), percent(means.parametersRemoved.mean), withInterval(means.latencyRatio), means.isFaster ? percent(1 - means.latencyRatio.mean) : "none shown", means.isFaster ? "yes" : "NO",
  ]])),
});

const slantTable = (slants: PruningFindings["slants"]): Table => ({
  columns: [...labelled("arm", "left", "seed"), { label: "Spearman", format: decimals }, { label: "f, by thirds" }],
  rows: slants.map(({ arm, fraction, seed, spearman, thirds }) => [arm, String(fraction), String(seed), spearman, thirds.map((mean) => mean.toFixed(0)).join(" ")]),
});

const sizeTable = (cells: readonly { readonly arm: string; readonly fraction: number; readonly networks: readonly PrunedNetwork[] }[]): Table => ({
  columns: labelled("network", "left", "seed", "parameters", "in rounds", "steps", "h", "f", "a", "k", "v"),
  rows: cells.flatMap(({ arm, fraction, networks }) => networks.map(({ seed, parameters, tunedBaseSteps, steps, sizes: { h, f, a, k, v } }) =>
    [arm, String(fraction), String(seed), parameters, tunedBaseSteps.toFixed(0), steps, h, ...[f, a, k, v].map((sizes) => sizes.join(" "))])),
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
