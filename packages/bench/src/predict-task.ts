import { maxSequence } from "@bort/arch";
import { classificationBatches, firstEpoch, type Split, type TextTask, type Tokenizer, untilAborted } from "@bort/data";
import { type Backend } from "@bort/graph";
import { type Classifier, predictOutputs } from "@bort/nn";
import { BenchError } from "./bench-error.js";
import { type Prediction, type TaskPredictions } from "./tasks/score-predictions.js";

export interface PredictTaskOptions {
  readonly backend: Backend;
  /** Of the task's labels, in any order; of a value in regression. */
  readonly model: Classifier;
  /** The one that the model was trained with. */
  readonly tokenizer: Tokenizer;
  readonly task: TextTask;
  /** Where the task's files are. */
  readonly directory: string;
  /** Default `dev`. */
  readonly split?: Split;
  /** Default 32. */
  readonly batchSize?: number;
  /** The most tokens of an example that are read. Default 128, or as many as the model has positions for. */
  readonly maxLength?: number;
  /** Ends the work between two batches: it throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * What a classifier says of all examples of a task's split, labelled or not: the likeliest label, by its name; in regression the value; of an option of a
 * choice the log-odds of being right.
 *
 * @throws BenchError `bench/other-labels` for a classifier of other classes than the task's; what reading the task throws; the signal's reason
 */
export async function predictTask(options: PredictTaskOptions): Promise<TaskPredictions> {
  const { backend, model, tokenizer, task, directory, split = "dev", batchSize = 32, signal } = options;
  requireSameLabels(model, task);
  const examples = await task.examples(split, directory);
  const batches = classificationBatches(examples, {
    tokenizer, labels: task.labels, batchSize, maxLength: options.maxLength ?? Math.min(128, maxSequence(model.arch)), seed: 0, order: "sequential",
  });
  const outputs = await predictOutputs(backend, model, untilAborted(firstEpoch(batches), signal));
  return { task, examples, predictions: examples.map((_, i) => predictionOf(task, model.head.labels, outputs[i]!)) };
}

/** `labels` are in the order of the outputs. */
function predictionOf({ kind, positive }: TextTask, labels: readonly string[], outputs: Float32Array): Prediction {
  switch (kind) {
    case "classification": return labels[outputs.indexOf(Math.max(...outputs))]!;
    case "regression": return outputs[0]!;
    case "choice": return logOdds(outputs, labels.indexOf(positive!));
  }
}

/** The logarithm of p / (1 - p) of one label, which tells options apart whose probabilities all round to 1. */
function logOdds(logits: Float32Array, label: number): number {
  const others = [...logits].filter((_, i) => i !== label);
  const largest = Math.max(...others);
  return logits[label]! - largest - Math.log(others.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
}

function requireSameLabels({ head }: Classifier, task: TextTask): void {
  if (head.labels.length === task.labels.length && head.labels.every((label) => task.labels.includes(label))) return;
  const words = (labels: readonly string[]): string => (labels.length === 0 ? "no labels but a value" : `the labels ${labels.join(", ")}`);
  throw new BenchError("bench/other-labels", `bench: ${task.name} has ${words(task.labels)}, and the model has ${words(head.labels)}; fine-tune a model on ${task.modelOf ?? task.name}`);
}
