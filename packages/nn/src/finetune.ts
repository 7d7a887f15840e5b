import { type ClassificationBatch, type ClassificationBatches } from "@bort/data";
import { type Backend } from "@bort/graph";
import { classificationFeeds, classificationLossGraph, isRegression } from "./classification.js";
import { dropoutFeeds } from "./dropout.js";
import { type EarlyStopping } from "./early-stopping.js";
import { evaluateClassifier } from "./evaluate-classifier.js";
import { fingerprint } from "./fingerprint.js";
import { microBatches, totalWeight } from "./micro-batches.js";
import { type Classifier, type EncoderModel, classifierCopy, withClassifier } from "./model.js";
import { Trainer } from "./trainer.js";
import { type TrainingEvent, type TrainingSummary, runTraining } from "./training-run.js";
import { type TrainingSettings, evaluatesAverage, inGroups, resolveSettings } from "./training-settings.js";
import { averagedParameters } from "./weight-average.js";

/** What is learned from: batches that are there, or are made when their turn comes, as those are that a teacher looks at. */
export type FinetuneBatches = Pick<ClassificationBatches, "examples" | "isSoft"> & { at(step: number): ClassificationBatch | Promise<ClassificationBatch> };

/** What to fine-tune, and how: by default with a peak learning rate of 3e-4 and a warm-up of 0.1. */
export interface FinetuneOptions extends TrainingSettings {
  readonly backend: Backend;
  /** The encoder to start from. */
  readonly model: EncoderModel;
  /** Whether the model goes on with a fresh head, or with its own, where it is a classifier of the same labels. Default `fresh`. */
  readonly head?: "fresh" | "kept";
  /** In the order of the model's outputs; none in regression, where the model learns the values of the examples. */
  readonly labels: readonly string[];
  /** Where they are soft, the model learns their distributions in place of labels; validation measures labels all the same. */
  readonly train: FinetuneBatches;
  readonly batchSize: number;
  /** Batches to measure the accuracy on as training goes, or the squared error in regression. Default: none. */
  readonly validation?: readonly ClassificationBatch[];
}

export interface FinetuneResult {
  readonly model: Classifier;
  /** The model with the average of its weights, where the settings ask for one. */
  readonly averaged?: Classifier;
  readonly summary: TrainingSummary;
}

/**
 * Fine-tunes an encoder with a classifier; `evaluation` events carry `accuracy`, or in regression `meanSquaredError`, which falls. Throws what
 * `runTraining` does.
 */
export async function* finetune(options: FinetuneOptions): AsyncGenerator<TrainingEvent, FinetuneResult> {
  const { backend, labels, train, batchSize, validation, steps, checkpoint, signal } = options;
  const { seed, accumulate, evaluateEvery, rate, dropout, earlyStopping, trainer: trainerOptions, record } =
    resolveSettings(options, { learningRate: 3e-4, warmupRatio: 0.1, ...watched(options) });
  const { model, groupRecord } = inGroups(options.head === "kept" ? classifierCopy(options.model, labels) : withClassifier(options.model, labels, seed), options);
  const first = await train.at(0);
  const settings = {
    ...record, ...groupRecord, objective: "classification", arch: model.arch, startingParameters: fingerprint(model.parameters.flat), labels, batchSize,
    ...(train.isSoft && { softLabels: true }), examples: train.examples, firstBatch: fingerprint(first.ids, first.mask, learned(first, options), first.weights),
    ...(earlyStopping !== undefined && { validation: fingerprint(...(validation ?? []).flatMap((batch) => [batch.ids, batch.mask, isRegression(options) ? batch.values : batch.labels, batch.weights])) }),
  };
  const graph = (length: number): ReturnType<typeof classificationLossGraph> => classificationLossGraph(model, batchSize, length, { dropout, isSoft: train.isSoft });
  const trainer = await Trainer.create({ backend, parameters: model.parameters, graph, ...trainerOptions });
  const averaged = (): Classifier => ({ ...model, parameters: averagedParameters(trainer.state) });
  try {
    const summary = yield* runTraining({
      trainer, steps, schedule: rate,
      feeds: async (step) => {
        const batch = await microBatches(step, accumulate, async (at) => {
          const micro = await train.at(at);
          return { feeds: { ...classificationFeeds(micro, model.head), ...dropoutFeeds(dropout, seed, at) }, length: micro.length, weight: totalWeight(micro.weights) };
        });
        return { batch, tokens: batch.reduce((tokens, { length }) => tokens + batchSize * length!, 0) };
      },
      ...(validation !== undefined && {
        evaluate: { every: evaluateEvery, run: () => evaluateClassifier(backend, evaluatesAverage(options) ? averaged() : model, validation) },
      }),
      ...(earlyStopping !== undefined && { earlyStopping }),
      ...(checkpoint !== undefined && { checkpoint: { ...checkpoint, settings } }),
      ...(signal !== undefined && { signal }),
    });
    return { model, ...(options.average !== undefined && { averaged: averaged() }), summary };
  } finally {
    await trainer.dispose();
  }
}

/** What a batch is learned by. */
const learned = ({ labels, distributions, values }: ClassificationBatch, options: FinetuneOptions): Int32Array | Float32Array =>
  (isRegression(options) ? values : distributions ?? labels);

const watched = (options: FinetuneOptions): Pick<EarlyStopping, "metric" | "mode"> =>
  (isRegression(options) ? { metric: "meanSquaredError", mode: "min" } : { metric: "accuracy", mode: "max" });
