import { type ClassificationBatch, type ClassificationBatches } from "@bort/data";
import { type Backend } from "@bort/graph";
import { classificationFeeds, classificationLossGraph, predict } from "./classification.js";
import { fingerprint } from "./fingerprint.js";
import { type Classifier, type Model, withClassifier } from "./model.js";
import { NnError } from "./nn-error.js";
import { adamW } from "./optimizer/adamw.js";
import { type Optimizer } from "./optimizer/optimizer.js";
import { type ScheduleName, schedule } from "./schedule.js";
import { Trainer } from "./trainer.js";
import { type TrainingEvent, type TrainingSummary, runTraining } from "./training-run.js";

export interface FinetuneOptions {
  readonly backend: Backend;
  /** The encoder to start from; its head is left behind. */
  readonly model: Model;
  readonly labels: readonly string[];
  readonly train: ClassificationBatches;
  readonly batchSize: number;
  /** Batches to measure the accuracy on as training goes. Default: none. */
  readonly validation?: readonly ClassificationBatch[];
  readonly steps: number;
  /** Seed of the fresh classifier. Default 0. */
  readonly seed?: number;
  readonly optimizer?: Optimizer;
  /** Peak learning rate. Default 3e-4: small encoders bear ten times what large ones do. */
  readonly learningRate?: number;
  /** Default 0.1. */
  readonly warmupRatio?: number;
  /** Default linear. */
  readonly schedule?: ScheduleName;
  /** Default 1. */
  readonly maxGradientNorm?: number;
  /** Default: ten in a run. */
  readonly evaluateEvery?: number;
  readonly checkpoint?: { readonly folder: string; readonly every: number; readonly resume: boolean };
  readonly signal?: AbortSignal;
}

export interface FinetuneResult {
  readonly model: Classifier;
  readonly summary: TrainingSummary;
}

/** Fine-tunes an encoder with a fresh classifier; `evaluation` events carry `accuracy`. Throws what `runTraining` does. */
export async function* finetune(options: FinetuneOptions): AsyncGenerator<TrainingEvent, FinetuneResult> {
  const { backend, labels, train, batchSize, validation, steps, seed = 0, checkpoint, signal } = options;
  const { optimizer = adamW(), learningRate = 3e-4, warmupRatio = 0.1, maxGradientNorm = 1 } = options;
  const rate = schedule(options.schedule ?? "linear", { learningRate, steps, warmupRatio });
  const model = withClassifier(options.model, labels, seed);
  const first = train.at(0);
  const settings = {
    objective: "classification", arch: model.arch, startingParameters: fingerprint(model.parameters.flat), labels, batchSize, steps, seed,
    optimizer: { name: optimizer.name, ...optimizer.settings }, learningRate, warmupRatio, schedule: options.schedule ?? "linear", maxGradientNorm,
    examples: train.examples, firstBatch: fingerprint(first.ids, first.mask, first.labels, first.weights),
  };
  const graph = (length: number): ReturnType<typeof classificationLossGraph> => classificationLossGraph(model, batchSize, length);
  const trainer = await Trainer.create({ backend, parameters: model.parameters, graph, optimizer, maxGradientNorm });
  try {
    const summary = yield* runTraining({
      trainer, steps, schedule: rate,
      feeds: (step) => {
        const batch = train.at(step);
        return { batch: classificationFeeds(batch), length: batch.length, tokens: batchSize * batch.length };
      },
      ...(validation !== undefined && {
        evaluate: { every: options.evaluateEvery ?? Math.max(1, Math.ceil(steps / 10)), run: async () => ({ accuracy: await accuracy(backend, model, validation) }) },
      }),
      ...(checkpoint !== undefined && { checkpoint: { ...checkpoint, settings } }),
      ...(signal !== undefined && { signal }),
    });
    return { model, summary };
  } finally {
    await trainer.dispose();
  }
}

async function accuracy(backend: Backend, model: Classifier, batches: readonly ClassificationBatch[]): Promise<number> {
  if (batches.every(({ weights }) => weights.every((weight) => weight === 0))) {
    throw new NnError("nn/bad-option", "nn: an accuracy needs at least one labelled example, got none; give validation examples with labels");
  }
  const gold = batches.flatMap(({ labels, weights }) => [...labels].filter((_, row) => weights[row]! > 0));
  const predicted = await predict(backend, model, batches);
  return predicted.filter((label, i) => label === gold[i]).length / gold.length;
}
