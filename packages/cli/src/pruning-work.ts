import { maxSequence } from "@bort/arch";
import { type Casting, classificationBatches, firstEpoch, type Tokenizer } from "@bort/data";
import { distillationObjective, taughtBatches } from "@bort/distill";
import { type Backend } from "@bort/graph";
import { dropoutEverywhere, loadClassifier, type Model } from "@bort/nn";
import { classificationTask, type ClassificationTaskOptions, type FinetuningSettings, mlmTask, type PruningTask } from "@bort/schubert-prune";
import { usageError } from "./cli-error.js";
import { examplesHash } from "./examples-hash.js";
import { findMlmModel } from "./find-mlm-model.js";
import { findModel, type FindModelContext, weightsHash } from "./find-model.js";
import { finetuneExamples } from "./finetune-examples.js";
import { type NewBar } from "./progress.js";
import { type FinetuningOptions, type PruningSampleOptions } from "./pruning-work-options.js";
import { batchesOf, documentsWithBar, openRunCorpus } from "./run-corpus.js";
import { type RunFolder } from "./run-folder.js";
import { packedShapeOf, sequencesOf } from "./sequence-options.js";
import { settingsOfRun } from "./settings-of-run.js";
import { castingFor, checkTask } from "./task-options.js";
import { VALIDATION_BATCHES } from "./train-mlm.js";
import { corpusOf, sequenceLengthFor } from "./training-options.js";

/** A network, and what it is pruned for. */
export interface PruningWork {
  readonly model: Model;
  readonly tokenizer: Tokenizer;
  /** SHA-256 of what the run starts from, by role. */
  readonly inputs: Readonly<Record<string, string>>;
  /** How the task is put as classification, where that is not as by default: as is asked for, or else as the network has learned it. */
  readonly casting?: Casting;
  /** Tokens of the sequences, or of the longest. */
  readonly sequenceLength: number;
  /** All that it is pruned for. */
  texts(bars: NewBar): Iterable<string> | AsyncIterable<string>;
  open(place: PruningPlace): Promise<OpenPruningTask>;
}

export interface PruningPlace {
  readonly run: RunFolder;
  readonly backend: Backend;
  readonly bars: NewBar;
  /** Of the network that is worked on, where that has other tokens than the one that was given. */
  readonly tokenizer?: Tokenizer;
}

export interface OpenPruningTask {
  readonly task: PruningTask;
  close(): Promise<void>;
}

/** Options of a work; where nothing is fine-tuned, it is not said how. */
type Options = PruningSampleOptions & Partial<FinetuningOptions>;

/** The work that the options ask for: a masked language model on a corpus, or a classifier on its task; throws what finding model, text and examples throws. */
export const pruningWork = (options: Options, context: FindModelContext): Promise<PruningWork> =>
  (options.task === undefined ? textWork(options, context) : taskWork({ ...options, task: options.task }, context));

async function textWork(options: Options, context: FindModelContext): Promise<PruningWork> {
  const { seed, "batch-size": batchSize = 16, distill = false } = options;
  const { model, tokenizer, sha256 } = await findMlmModel(options.model, options, context);
  const sequenceLength = sequenceLengthFor(model, options["sequence-length"], "model");
  const shape = packedShapeOf(batchSize, sequenceLength, options);
  const corpus = await corpusOf(options, context.signal);
  return {
    model, tokenizer, inputs: { model: sha256 }, sequenceLength,
    texts: (bars) => documentsWithBar(corpus, bars, "tokens: counting"),
    open: async ({ run, backend, bars, tokenizer: own = tokenizer }) => {
      const prepared = await openRunCorpus(run, { corpus, tokenizer: own, signal: context.signal, bars });
      const objective = distill ? distillationObjective({ backend, teachers: [model] }) : undefined;
      const close = async (): Promise<void> => {
        await objective?.dispose();
        prepared.close();
      };
      try {
        const batches = batchesOf(prepared, { ...shape, ...sequencesOf(options, own) }, seed, VALIDATION_BATCHES);
        return { task: mlmTask({ backend, shape, ...batches, ...(objective !== undefined && { objective }), finetuning: finetuningOf(options) }), close };
      } catch (error) {
        await close();
        throw error;
      }
    },
  };
}

async function taskWork(options: Options & { readonly task: string }, context: FindModelContext): Promise<PruningWork> {
  const { seed, "batch-size": batchSize = 32, "max-length": longest = 128, distill = false } = options;
  checkTask(options.task);
  const folder = await findModel(options.model, options, context);
  const casting = castingFor(options.task, options.casting, settingsOfRun(folder).casting);
  const { task, train: examples, dev } = await finetuneExamples({ ...options, casting, patience: undefined }, context);
  if (task.kind === "regression") throw usageError(`--task needs a task of labels to prune for, and ${task.name} has values; give another, or prune a masked language model by --corpus`);
  if (dev === undefined) throw usageError(`pruning needs examples to measure on: give the files of ${task.name}'s dev split`);
  const { model, tokenizer } = loadClassifier(folder);
  const { labels } = model.head;
  requireLabels(labels, task.labels, task.name);
  const maxLength = Math.min(longest, maxSequence(model.arch));
  const batchesIn = (own: Tokenizer): TaskBatches => {
    const form = { tokenizer: own, labels, batchSize, maxLength, seed };
    return { train: classificationBatches(examples, { ...form, order: "shuffled" }), validation: firstEpoch(classificationBatches(dev, { ...form, order: "sequential" })) };
  };
  const batches = batchesIn(tokenizer); // Throws before any work where they cannot be.
  return {
    model, tokenizer, inputs: { model: await weightsHash(folder), data: examplesHash(examples), dev: examplesHash(dev) }, ...(casting !== undefined && { casting }), sequenceLength: maxLength,
    texts: () => examples.flatMap(({ text, pair }) => (pair === undefined ? [text] : [text, pair])),
    open: async ({ backend, tokenizer: own = tokenizer }) => {
      const { train, validation } = own === tokenizer ? batches : batchesIn(own);
      const taught = distill ? taughtBatches({ backend, teacher: model, train, labels }) : undefined;
      const task = classificationTask({ backend, labels, train, batchSize, validation, ...(taught !== undefined && { taught }), finetuning: finetuningOf(options) });
      return { task, close: async () => taught?.dispose() };
    },
  };
}

/** What a classifier learns from, and what it is measured on. */
type TaskBatches = Pick<ClassificationTaskOptions, "train" | "validation">;

/** @throws CliError `cli/usage` for a classifier of another task; its labels may stand in any order */
function requireLabels(labels: readonly string[], needed: readonly string[], task: string): void {
  if (labels.length === needed.length && labels.every((label) => needed.includes(label))) return;
  throw usageError(`--model needs a classifier of what ${task} has, ${needed.join(", ")}, got one of ${labels.join(", ") || "a value"}; fine-tune it on the task`);
}

/** How pruned networks are trained, as the options say; the rest as the task has it. */
function finetuningOf(options: Options): FinetuningSettings {
  const { schedule, dropout, "learning-rate": learningRate, "warmup-ratio": warmupRatio, "evaluate-every": evaluateEvery } = options;
  return {
    ...(schedule !== undefined && { schedule }), ...(learningRate !== undefined && { learningRate }), ...(warmupRatio !== undefined && { warmupRatio }), ...(dropout !== undefined && { dropout: dropoutEverywhere(dropout) }),
    ...(evaluateEvery !== undefined && { evaluateEvery }),
  };
}
