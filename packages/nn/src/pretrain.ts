import { type EncoderArch } from "@bort/arch";
import { type MlmBatch, type MlmBatches } from "@bort/data";
import { type Backend, type Feeds } from "@bort/graph";
import { fingerprint } from "./fingerprint.js";
import { type MlmShape, evaluateMlm, mlmFeeds, mlmLossGraph } from "./mlm.js";
import { type MlmModel, createModel } from "./model.js";
import { adamW } from "./optimizer/adamw.js";
import { type Optimizer } from "./optimizer/optimizer.js";
import { type ScheduleName, schedule } from "./schedule.js";
import { type LossGraph, Trainer } from "./trainer.js";
import { type TrainingEvent, type TrainingSummary, runTraining } from "./training-run.js";

/** What pre-training minimises: a graph over a masked batch, and what it must be fed beside the batch. */
export interface PretrainingObjective {
  /** Sets the objective apart from others: a checkpoint of another is not resumed. */
  readonly settings: Readonly<Record<string, unknown>>;
  graph(arch: EncoderArch, shape: MlmShape): LossGraph;
  feeds(batch: MlmBatch): Promise<Feeds>;
}

/** Masked language modelling alone. */
export const mlmObjective = (): PretrainingObjective => ({
  settings: { objective: "mlm" },
  graph: mlmLossGraph,
  feeds: async (batch) => mlmFeeds(batch),
});

export interface PretrainOptions {
  readonly backend: Backend;
  readonly arch: EncoderArch;
  readonly shape: MlmShape;
  /** Batches of `shape`. */
  readonly train: MlmBatches;
  /** Batches of `shape` to measure the validation loss on. */
  readonly validation: readonly MlmBatch[];
  readonly steps: number;
  /** Default: masked language modelling. */
  readonly objective?: PretrainingObjective;
  /** Seed of the fresh parameters. Default 0. */
  readonly seed?: number;
  /** Default AdamW with Bort's settings. */
  readonly optimizer?: Optimizer;
  /** Peak learning rate. Default 1e-3: small encoders and batches bear ten times Bort's 1e-4. */
  readonly learningRate?: number;
  /** Default 0.06. */
  readonly warmupRatio?: number;
  /** Default linear. */
  readonly schedule?: ScheduleName;
  /** Default 1. */
  readonly maxGradientNorm?: number;
  /** Steps between measurements of the validation loss. Default: ten in a run. */
  readonly evaluateEvery?: number;
  readonly checkpoint?: { readonly folder: string; readonly every: number; readonly resume: boolean };
  readonly signal?: AbortSignal;
}

export interface PretrainResult {
  readonly model: MlmModel;
  readonly summary: TrainingSummary;
}

/** Pre-trains a fresh encoder; `evaluation` events carry `validationLoss`, the MLM loss in nats whatever the objective. Throws what `runTraining` does. */
export async function* pretrain(options: PretrainOptions): AsyncGenerator<TrainingEvent, PretrainResult> {
  const { backend, arch, shape, train, validation, steps, seed = 0, checkpoint, signal } = options;
  const { objective = mlmObjective(), optimizer = adamW(), learningRate = 1e-3, warmupRatio = 0.06, maxGradientNorm = 1 } = options;
  const rate = schedule(options.schedule ?? "linear", { learningRate, steps, warmupRatio });
  const model = createModel(arch, { kind: "mlm" } as const, seed);
  const first = train.at(0);
  const settings = {
    ...objective.settings, arch, shape, steps, seed, optimizer: { name: optimizer.name, ...optimizer.settings },
    learningRate, warmupRatio, schedule: options.schedule ?? "linear", maxGradientNorm,
    sequences: train.sequences, firstBatch: fingerprint(first.ids, first.positions, first.labels, first.weights),
  };
  const trainer = await Trainer.create({ backend, parameters: model.parameters, graph: objective.graph(arch, shape), optimizer, maxGradientNorm });
  try {
    const summary = yield* runTraining({
      trainer, steps, schedule: rate,
      feeds: async (step) => ({ batch: await objective.feeds(train.at(step)), tokens: shape.batchSize * shape.sequenceLength }),
      evaluate: {
        every: options.evaluateEvery ?? Math.max(1, Math.ceil(steps / 10)),
        run: async () => ({ validationLoss: await evaluateMlm(backend, model, shape, validation) }),
      },
      ...(checkpoint !== undefined && { checkpoint: { ...checkpoint, settings } }),
      ...(signal !== undefined && { signal }),
    });
    return { model, summary };
  } finally {
    await trainer.dispose();
  }
}
