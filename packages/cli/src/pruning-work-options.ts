import { usageError } from "./cli-error.js";
import { type FinetuneTaskOptions, finetuneTaskOptions } from "./finetune-examples.js";
import { type Option, type OptionValues, anyList, decimal, described, flag, integer, required, text } from "./options.js";
import { type SequenceOptions, sequenceOptions } from "./sequence-options.js";
import { checkRates, type CorpusOptions, corpusOptions, type RunOptions, stepOptions, type StepOptions } from "./training-options.js";

const { schedule, dropout, "evaluate-every": evaluateEvery, "checkpoint-every": checkpointEvery } = stepOptions(0, 0);

// Types, not interfaces: a table of options is indexed by any name.
type SampleOptionTable = CorpusOptions & SequenceOptions & Omit<FinetuneTaskOptions, "task"> & {
  readonly model: Option<string>;
  readonly task: Option<string | undefined>;
} & { readonly [Name in "batch-size" | "max-length" | "sequence-length"]: Option<number | undefined> };
type FinetuningOptionTable = Pick<StepOptions, "dropout" | "evaluate-every" | "schedule"> & {
  readonly distill: Option<boolean>;
} & { readonly [Name in "learning-rate" | "warmup-ratio"]: Option<number | undefined> };
type WorkOptionTable = SampleOptionTable & FinetuningOptionTable & Pick<StepOptions, "checkpoint-every">;

/** Which network is pruned, and what for: text, or a task with its examples. */
export const pruningSampleOptions: SampleOptionTable = {
  model: required(text("MODEL", "network to prune, a folder or a name on Hugging Face's hub: a masked language model, or with --task a classifier")),
  ...corpusOptions,
  corpus: anyList("PATH", "text to prune for: .txt, .jsonl or .parquet files, .gz or not, folders of them or patterns with *; or give --task"),
  ...finetuneTaskOptions,
  casting: described(finetuneTaskOptions.casting, "as --model has learned it"),
  task: text("NAME", "task of labels to prune for, with its examples as bort finetune takes them, in place of --corpus"),
  "batch-size": described(integer("sequences in a batch", 1), "16; 32 with --task"),
  "sequence-length": described(integer("tokens in a sequence", 3), "128, or as many as --model reads"),
  "max-length": described(integer("with --task: tokens of an example that are read", 3), "128, or as many as --model reads"),
  ...sequenceOptions,
};

/** The same, and how it is trained after each cut. */
export const pruningWorkOptions: WorkOptionTable = {
  ...pruningSampleOptions,
  distill: flag("fine-tune by distillation from the network before pruning, and not by masked words or labels alone"),
  "learning-rate": described(decimal("highest learning rate of fine-tuning, by AdamW"), "3e-4; 1e-4 with --task"),
  "warmup-ratio": described(decimal("share of fine-tuning over which the learning rate rises"), "0.06; 0.1 with --task"),
  schedule, dropout, "evaluate-every": { ...evaluateEvery, defaultText: "ten in a round" }, "checkpoint-every": checkpointEvery,
};

export type PruningSampleOptions = OptionValues<SampleOptionTable> & Pick<OptionValues<RunOptions>, "quiet" | "seed">;
export type FinetuningOptions = OptionValues<FinetuningOptionTable>;
export type PruningWorkOptions = PruningSampleOptions & FinetuningOptions;

/** Options of one kind of work, with the values that are no different from their absence. */
const ofText = { corpus: [], documents: "block", field: "text", "sequence-length": undefined, packing: "full-document", "whole-word-masking": false } as const;
const ofTask = { data: undefined, casting: undefined, train: undefined, dev: undefined, text: undefined, pair: undefined, label: undefined, balance: false, "max-length": undefined } as const;
/** Those of fine-tuning in the same way. */
const ofFinetuning = { distill: false, "learning-rate": undefined, "warmup-ratio": undefined, schedule: "linear", dropout: undefined, "evaluate-every": undefined } as const;

/** The first option of a table whose value is another than there. */
const firstGiven = (options: Readonly<Record<string, unknown>>, absent: Readonly<Record<string, unknown>>): string | undefined =>
  Object.keys(absent).find((name) => JSON.stringify(options[name]) !== JSON.stringify(absent[name]));

/** @throws CliError `cli/usage` for no work, for both kinds, and for options of the other kind */
export function checkPruningSample(options: PruningSampleOptions): void {
  const { task, corpus } = options;
  if (task === undefined && corpus.length === 0) throw usageError("--corpus or --task is missing; see --help");
  const stray = firstGiven(options, task === undefined ? ofTask : ofText);
  if (stray !== undefined) throw usageError(task === undefined ? `--${stray} is for --task, and --corpus prunes without one; leave it out` : `--${stray} is for masked words, and --task prunes for ${task}; leave it out`);
}

/** As {@link checkPruningSample}; throws NnError `nn/bad-option` too, for a rate that cannot be. */
export function checkPruningWork(options: PruningWorkOptions): void {
  checkPruningSample(options);
  const { "learning-rate": learningRate = 1, "warmup-ratio": warmupRatio = 0 } = options;
  checkRates({ ...options, "learning-rate": learningRate, "warmup-ratio": warmupRatio });
}

/** @throws CliError `cli/usage` for options of training where nothing is cut, and of fine-tuning where nothing is fine-tuned */
export function refuseIdleTraining(options: PruningWorkOptions & { readonly analyse: boolean; readonly "finetune-steps": number | undefined }): void {
  const { analyse, "finetune-steps": finetuneSteps } = options;
  if (!analyse && finetuneSteps !== 0) return;
  const idle = firstGiven(options, { ...ofFinetuning, ...(analyse && { "checkpoint-every": 100 }) });
  if (idle !== undefined) throw usageError(`--${idle} says nothing to ${analyse ? "--analyse, which trains nothing" : "--finetune-steps 0, which fine-tunes nothing"}; leave it out`);
}
