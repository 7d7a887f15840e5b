import { type ClassificationBatch, classificationBatches, firstEpoch, type TextExample } from "@bort/data";
import { accuracy } from "@bort/bench";
import { type Classifier, type MlmModel, finetune, predict } from "@bort/nn";
import { type Context, follow } from "./context.js";
import { type DemoCorpus } from "./corpus.js";
import { finetuneBatchSize, shape } from "./plan.js";

/** A fine-tuned model and how it did on the test sentences. */
export interface Classified {
  readonly model: Classifier;
  /** Index of the label of each test sentence, as predicted. */
  readonly predicted: readonly number[];
  readonly accuracy: number;
}

/** Fine-tunes a pre-trained model on the module task and scores it on the test sentences. */
export async function classify(context: Context, { tokenizer, task }: DemoCorpus, name: string, model: MlmModel, steps: number): Promise<Classified> {
  const { backend, seed, signal } = context;
  const options = { tokenizer, labels: task.labels, batchSize: finetuneBatchSize, maxLength: shape.sequenceLength, seed };
  const sequential = (examples: readonly TextExample[]): ClassificationBatch[] => firstEpoch(classificationBatches(examples, { ...options, order: "sequential" }));
  const run = finetune({
    backend, model, labels: task.labels, train: classificationBatches(task.train, { ...options, order: "shuffled" }), batchSize: finetuneBatchSize,
    validation: sequential(task.dev), steps, seed, learningRate: 5e-4, signal,
  });
  const tuned = await follow(context, `fine-tune ${name}`, "accuracy", run, steps);
  const predicted = await predict(backend, tuned.model, sequential(task.test));
  return { model: tuned.model, predicted, accuracy: accuracy(predicted, goldLabels(task)) };
}

/** Index of the label of each test sentence. */
export const goldLabels = ({ labels, test }: DemoCorpus["task"]): number[] => test.map(({ label }) => labels.indexOf(label!));
