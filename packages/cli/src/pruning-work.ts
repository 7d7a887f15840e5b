import { createHash } from "node:crypto";
import { maxSequence } from "@bort/arch";
import { classificationBatches, firstEpoch, type Tokenizer } from "@bort/data";
import { distillationObjective } from "@bort/distill";
import { type Backend } from "@bort/graph";
import { dropoutEverywhere, loadClassifier, type Model } from "@bort/nn";
import { classificationTask, type FinetuningSettings, mlmTask, type PruningTask } from "@bort/schubert-prune";
import { usageError } from "./cli-error.js";
import { findMlmModel } from "./find-mlm-model.js";
import { findModel, type FindModelContext, weightsHash } from "./find-model.js";
import { finetuneExamples } from "./finetune-examples.js";
import { type NewBar } from "./progress.js";
import { type PruningWorkOptions } from "./pruning-work-options.js";
import { batchesOf, openRunCorpus } from "./run-corpus.js";
import { type RunFolder } from "./run-folder.js";
import { packedShapeOf, sequencesOf } from "./sequence-options.js";
import { VALIDATION_BATCHES } from "./train-mlm.js";
import { corpusOf, sequenceLengthFor } from "./training-options.js";

/** A network, and what it is pruned for. */
export interface PruningWork {
  readonly model: Model;
  readonly tokenizer: Tokenizer;
  /** SHA-256 of what the run starts from, by role. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Tokens of the sequences, or of the longest. */
  readonly sequenceLength: number;
  open(place: PruningPlace): Promise<OpenPruningTask>;
}

export interface PruningPlace {
  readonly run: RunFolder;
  readonly backend: Backend;
  readonly bars: NewBar;
}

export interface OpenPruningTask {
  readonly task: PruningTask;
  close(): Promise<void>;
}

/** The work that the options ask for: a masked language model on a corpus, or a classifier on its task; throws what finding model, text and examples throws. */
export const pruningWork = (options: PruningWorkOptions, context: FindModelContext): Promise<PruningWork> =>
  (options.task === undefined ? textWork(options, context) : taskWork({ ...options, task: options.task }, context));

async function textWork(options: PruningWorkOptions, context: FindModelContext): Promise<PruningWork> {
  const { seed, "batch-size": batchSize = 16, distill } = options;
  const { model, tokenizer, sha256 } = await findMlmModel(options.model, options, context);
  const sequenceLength = sequenceLengthFor(model, options["sequence-length"], "model");
  const shape = packedShapeOf(batchSize, sequenceLength, options);
  const corpus = await corpusOf(options, context.signal);
  return {
    model, tokenizer, inputs: { model: sha256 }, sequenceLength,
    open: async ({ run, backend, bars }) => {
      const prepared = await openRunCorpus(run, { corpus, tokenizer, signal: context.signal, bars });
      const objective = distill ? distillationObjective({ backend, teachers: [model] }) : undefined;
      const close = async (): Promise<void> => {
        await objective?.dispose();
        prepared.close();
      };
      try {
        const batches = batchesOf(prepared, { ...shape, ...sequencesOf(options, tokenizer) }, seed, VALIDATION_BATCHES);
        return { task: mlmTask({ backend, shape, ...batches, ...(objective !== undefined && { objective }), finetuning: finetuningOf(options) }), close };
      } catch (error) {
        await close();
        throw error;
      }
    },
  };
}

async function taskWork(options: PruningWorkOptions & { readonly task: string }, context: FindModelContext): Promise<PruningWork> {
  const { seed, "batch-size": batchSize = 32, "max-length": longest = 128 } = options;
  const { task, train: examples, dev } = await finetuneExamples({ ...options, patience: undefined }, context);
  if (task.kind === "regression") throw usageError(`--task needs a task of labels to prune for, and ${task.name} has values; give another, or prune a masked language model by --corpus`);
  if (dev === undefined) throw usageError(`pruning needs examples to measure on: give the files of ${task.name}'s dev split`);
  const folder = await findModel(options.model, options, context);
  const { model, tokenizer } = loadClassifier(folder);
  const { labels } = model.head;
  requireLabels(labels, task.labels, task.name);
  const maxLength = Math.min(longest, maxSequence(model.arch));
  const batches = { tokenizer, labels, batchSize, maxLength, seed };
  const train = classificationBatches(examples, { ...batches, order: "shuffled" });
  const validation = firstEpoch(classificationBatches(dev, { ...batches, order: "sequential" }));
  return {
    model, tokenizer, inputs: { model: await weightsHash(folder), data: createHash("sha256").update(JSON.stringify(examples)).digest("hex") }, sequenceLength: maxLength,
    open: async ({ backend }) => ({ task: classificationTask({ backend, labels, train, batchSize, validation, finetuning: finetuningOf(options) }), close: async () => {} }),
  };
}

/** @throws CliError `cli/usage` for a classifier of another task; its labels may stand in any order */
function requireLabels(labels: readonly string[], needed: readonly string[], task: string): void {
  if (labels.length === needed.length && labels.every((label) => needed.includes(label))) return;
  throw usageError(`--model needs a classifier of what ${task} has, ${needed.join(", ")}, got one of ${labels.join(", ") || "a value"}; fine-tune it on the task`);
}

/** How pruned networks are trained, as the options say; the rest as the task has it. */
function finetuningOf(options: PruningWorkOptions): FinetuningSettings {
  const { schedule, dropout, "learning-rate": learningRate, "warmup-ratio": warmupRatio, "evaluate-every": evaluateEvery } = options;
  return {
    schedule, ...(learningRate !== undefined && { learningRate }), ...(warmupRatio !== undefined && { warmupRatio }), ...(dropout !== undefined && { dropout: dropoutEverywhere(dropout) }),
    ...(evaluateEvery !== undefined && { evaluateEvery }),
  };
}
