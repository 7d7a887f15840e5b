import { maxSequence } from "@bort/arch";
import { classificationBatches, firstEpoch, type MetricName, type Split, type TextExample, type TextTask, type Tokenizer } from "@bort/data";
import { type Backend } from "@bort/graph";
import { type Classifier, predict } from "@bort/nn";
import { BenchError } from "./bench-error.js";
import { computeMetrics } from "./metrics.js";

export interface EvaluateTaskOptions {
  readonly backend: Backend;
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
}

export interface TaskScore {
  readonly task: string;
  readonly split: Split;
  readonly examples: number;
  /** By name, the one that models are ranked by first. */
  readonly metrics: Readonly<Partial<Record<MetricName, number>>>;
}

/**
 * Scores a classifier on all examples of a task's split.
 *
 * @throws BenchError `bench/no-labels` for a split whose labels are secret, `bench/other-labels` for a classifier of other classes than the task's;
 * what reading the task throws
 */
export async function evaluateTask(options: EvaluateTaskOptions): Promise<TaskScore> {
  const { backend, model, tokenizer, task, directory, split = "dev", batchSize = 32 } = options;
  requireSameLabels(model, task);
  const examples = await task.examples(split, directory);
  requireGold(examples, task, split);
  const batches = classificationBatches(examples, {
    tokenizer, labels: task.labels, batchSize, maxLength: options.maxLength ?? Math.min(128, maxSequence(model.arch)), seed: 0, order: "sequential",
  });
  const predicted = await predict(backend, model, firstEpoch(batches));
  const toTask = model.head.labels.map((label) => task.labels.indexOf(label));
  const gold = examples.map(({ label }) => task.labels.indexOf(label!));
  const metrics = computeMetrics(task.metrics, predicted.map((index) => toTask[index]!), gold);
  return { task: task.name, split, examples: examples.length, metrics };
}

function requireSameLabels({ head }: Classifier, task: TextTask): void {
  if (head.labels.length === task.labels.length && head.labels.every((label) => task.labels.includes(label))) return;
  throw new BenchError("bench/other-labels",
    `bench: ${task.name} has the labels ${task.labels.join(", ")}, and the classifier has ${head.labels.join(", ")}; fine-tune a model on ${task.name}`);
}

function requireGold(examples: readonly TextExample[], task: TextTask, split: Split): void {
  if (examples.every(({ label }) => label !== undefined)) return;
  throw new BenchError("bench/no-labels", `bench: the ${split} split of ${task.name} has no labels to compare with; evaluate on dev`);
}
