import { usageError } from "./cli-error.js";
import { type FinetuneTaskOptions, finetuneTaskOptions } from "./finetune-examples.js";
import { type Option, type OptionValues, anyList, decimal, described, flag, integer, required, text } from "./options.js";
import { type SequenceOptions, sequenceOptions } from "./sequence-options.js";
import { checkRates, type CorpusOptions, corpusOptions, type RunOptions, stepOptions, type StepOptions } from "./training-options.js";

const { schedule, dropout, "evaluate-every": evaluateEvery } = stepOptions(0, 0);

// A type, not an interface: a table of options is indexed by any name.
type WorkOptionTable = CorpusOptions & SequenceOptions & Omit<FinetuneTaskOptions, "task"> & Pick<StepOptions, "dropout" | "evaluate-every" | "schedule"> & {
  readonly model: Option<string>;
  readonly task: Option<string | undefined>;
  readonly distill: Option<boolean>;
} & { readonly [Name in "batch-size" | "learning-rate" | "max-length" | "sequence-length" | "warmup-ratio"]: Option<number | undefined> };

/** Which network is pruned, for what, and how it is trained after each cut. */
export const pruningWorkOptions: WorkOptionTable = {
  model: required(text("MODEL", "network to prune, a folder or a name on Hugging Face's hub: a masked language model, or with --task a classifier")),
  ...corpusOptions,
  corpus: anyList("PATH", "text to prune for: .txt, .jsonl or .parquet files, .gz or not, folders of them or patterns with *; or give --task"),
  ...finetuneTaskOptions,
  task: text("NAME", "task of labels to prune for, with its examples as bort finetune takes them, in place of --corpus"),
  "batch-size": described(integer("sequences in a batch", 1), "16; 32 with --task"),
  "sequence-length": described(integer("tokens in a sequence", 3), "128, or as many as --model reads"),
  "max-length": described(integer("with --task: tokens of an example that are read", 3), "128, or as many as --model reads"),
  ...sequenceOptions,
  distill: flag("fine-tune by distillation from the network before pruning, and not by masked words alone"),
  "learning-rate": described(decimal("highest learning rate of fine-tuning, by AdamW"), "3e-4; 1e-4 with --task"),
  "warmup-ratio": described(decimal("share of fine-tuning over which the learning rate rises"), "0.06; 0.1 with --task"),
  schedule, dropout, "evaluate-every": { ...evaluateEvery, defaultText: "ten in a round" },
};

export type PruningWorkOptions = OptionValues<WorkOptionTable> & Pick<OptionValues<RunOptions>, "quiet" | "seed">;

/** Options of one kind of work, with the values that are no different from their absence. */
const ofText = { corpus: [], documents: "block", field: "text", "sequence-length": undefined, packing: "full-document", "whole-word-masking": false, distill: false } as const;
const ofTask = { data: undefined, casting: undefined, train: undefined, dev: undefined, text: undefined, pair: undefined, label: undefined, balance: false, "max-length": undefined } as const;

/** @throws CliError `cli/usage` for no work, for both kinds, and for options of the other kind; NnError `nn/bad-option` for a rate that cannot be */
export function checkPruningWork(options: PruningWorkOptions): void {
  const { task, corpus, "learning-rate": learningRate = 1, "warmup-ratio": warmupRatio = 0 } = options;
  if (task === undefined && corpus.length === 0) throw usageError("--corpus or --task is missing; see --help");
  const isGiven = ([name, absent]: [string, unknown]): boolean => JSON.stringify(options[name as keyof typeof options]) !== JSON.stringify(absent);
  const [stray] = Object.entries(task === undefined ? ofTask : ofText).find(isGiven) ?? [];
  if (stray !== undefined) throw usageError(task === undefined ? `--${stray} is for --task, and --corpus prunes without one; leave it out` : `--${stray} is for masked words, and --task prunes for ${task}; leave it out`);
  checkRates({ ...options, "learning-rate": learningRate, "warmup-ratio": warmupRatio });
}
