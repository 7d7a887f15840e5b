import { maxSequence } from "@bort/arch";
import { classificationBatches, type TextExample, type TextTask, type Tokenizer } from "@bort/data";
import { type Backend } from "@bort/graph";
import { finetune, type MlmModel } from "@bort/nn";
import { drawExamples } from "../agora/draw-cell.js";
import { evaluateTask } from "../evaluate-task.js";
import { type TaskTraining } from "./pruning-setting.js";

export interface TaskAccuracyOptions extends TaskTraining {
  readonly backend: Backend;
  readonly model: MlmModel;
  readonly tokenizer: Tokenizer;
  readonly task: TextTask;
  /** The task's training split. */
  readonly all: readonly TextExample[];
  /** Where the task's files are. */
  readonly directory: string;
  /** Of the examples that are drawn, the classifier and the batches. */
  readonly seed: number;
}

/** A model's accuracy on the dev split, once it is fine-tuned on some examples; throws what `finetune` and `evaluateTask` throw. */
export async function taskAccuracy(options: TaskAccuracyOptions): Promise<number> {
  const { backend, model, tokenizer, task, all, directory, seed, examples, steps, batchSize, learningRate } = options;
  const { labels } = task;
  const maxLength = Math.min(options.maxLength, maxSequence(model.arch));
  const train = classificationBatches(drawExamples(all, Math.min(examples, all.length), seed), { tokenizer, labels, batchSize, maxLength, seed, order: "shuffled" });
  const training = finetune({ backend, model, labels, train, batchSize, steps, learningRate, seed });
  let next = await training.next();
  while (next.done !== true) next = await training.next();
  const { metrics } = await evaluateTask({ backend, model: next.value.model, tokenizer, task, directory, maxLength });
  return metrics.accuracy!;
}
