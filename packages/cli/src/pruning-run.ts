import { type EngineBackend, engineFacts, engineText } from "@bort/backend";
import { renderReport } from "@bort/bench";
import { writeFileAtomically } from "@bort/nn";
import { prune, type PrunedRound } from "@bort/schubert-prune";
import { followPruning } from "./follow-pruning.js";
import { type OptionValues } from "./options.js";
import { type NewBar } from "./progress.js";
import { type PrunedModel } from "./pruned-model.js";
import { type PruningOptions, pruningSettings, requireReachable } from "./pruning-options.js";
import { pruningReport } from "./pruning-report.js";
import { PruningOutcome } from "./pruning-outcome.js";
import { objectiveOf, targetsOf } from "./pruning-targets.js";
import { type PruningWork } from "./pruning-work.js";
import { type RunFolder } from "./run-folder.js";
import { version } from "./version.js";

export interface PruningRunOptions {
  readonly options: OptionValues<PruningOptions> & { readonly "checkpoint-every": number; readonly resume: boolean; readonly seed: number };
  readonly work: PruningWork;
  readonly bars: NewBar;
  readonly signal: AbortSignal;
  /** Takes lines for people, as the rounds come. */
  readonly tell: (line: string) => void;
}

/** What came of a run, as `--json` and `run.json` have it. */
export interface PruningRunResult {
  readonly objective: string;
  /** Before anything was cut. */
  readonly whole: { readonly value: number; readonly metrics: Readonly<Record<string, number>> };
  readonly models: readonly PrunedModel[];
  readonly rounds: readonly (Omit<PrunedRound, "arch" | "removed"> & Pick<PrunedRound["arch"], "hiddenSize" | "layers">)[];
}

/**
 * Prunes a network in a run's folder, with a model for each target: the last in the folder itself and, of several, each in `target-1` and so on, the largest first.
 *
 * @throws what `prune`, `requireReachable` and `followPruning` throw
 */
export async function pruneInFolder(run: RunFolder, backend: EngineBackend, { options, work, bars, signal, tell }: PruningRunOptions): Promise<PruningRunResult> {
  const { model, tokenizer, sequenceLength } = work;
  const given = targetsOf(options);
  const settings = pruningSettings(options);
  const objective = objectiveOf(given.by, { model, backend, run, sequenceLength, signal });
  await requireReachable(model, given, objective, settings);
  const { task, close } = await work.open({ run, backend, bars });
  try {
    const checkpoint = { folder: run.checkpoint, every: options["checkpoint-every"], resume: options.resume };
    const pruning = prune({ backend, model, task, objective, targets: given.targets, ...settings, seed: options.seed, signal, checkpoint });
    const steps = { alphas: settings.alphaSteps, finetuning: settings.finetuneSteps };
    const outcome = new PruningOutcome({ run, tokenizer, targets: given.targets.length, unit: objective.unit, tell });
    const { rounds, model: last } = await followPruning(pruning, { run, bars, steps, signal, onEvent: (event) => outcome.take(event) });
    outcome.saveLast(last);
    const { whole, models, notes } = outcome;
    const generated = `bort ${version} on ${engineText(engineFacts(backend))}, ${new Date().toISOString().slice(0, 10)}`;
    writeFileAtomically(run.at("report.html"), renderReport(pruningReport({ whole, rounds, unit: objective.unit, notes, generated })));
    notes.forEach(tell);
    return { objective: objective.name, whole: { value: whole.value, metrics: whole.metrics }, models, rounds: rounds.map(recordOf) };
  } finally {
    await close();
  }
}

const recordOf = ({ arch: { hiddenSize, layers }, removed, ...round }: PrunedRound): PruningRunResult["rounds"][number] => ({ ...round, hiddenSize, layers });
