import { type MlmBatch, type MlmBatches } from "@bort/data";
import { type Backend } from "@bort/graph";
import { type MlmModel, type MlmShape, type PretrainingObjective, evaluateMlm, fingerprint, mlmFeeds, mlmLossGraph, mlmObjective, pretrain, totalWeight } from "@bort/nn";
import { finetuningRecord, type FinetuningSettings } from "./finetuning-settings.js";
import { type PruningTask } from "./pruning-task.js";

export interface MlmTaskOptions {
  readonly backend: Backend;
  readonly shape: MlmShape;
  /** Batches of `shape`. */
  readonly train: MlmBatches;
  /** Batches of `shape` to evaluate on. */
  readonly validation: readonly MlmBatch[];
  /** What pruned networks are fine-tuned by, such as a distillation from the network that was not pruned. Prunable parameters are trained by masked language modelling in any case. Default: masked language modelling. */
  readonly objective?: PretrainingObjective;
  /** By default as `pretrain` of `@bort/nn` trains, with a learning rate of 3e-4 and a warm-up of 0.06. */
  readonly finetuning?: FinetuningSettings;
}

/** How fine-tuning is done where its settings do not say. */
const defaults = { learningRate: 3e-4, warmupRatio: 0.06 };

/** Masked language modelling, so that the pruned network is as general as the one before (schuBERT, eq. 1 and 2; there is no head for next-sentence prediction here). */
export function mlmTask({ backend, shape, train, validation, objective = mlmObjective(), finetuning = {} }: MlmTaskOptions): PruningTask<MlmModel["head"]> {
  const first = train.at(0);
  return {
    settings: {
      task: "mlm", shape, sequences: train.sequences, firstBatch: fingerprint(first.ids, first.positions, first.labels, first.weights), ...objective.settings,
      finetuning: finetuningRecord(finetuning, {
        ...defaults, metric: "validationLoss", mode: "min", validation: validation.flatMap(({ ids, positions, labels, weights }) => [ids, positions, labels, weights]),
      }),
    },
    loss: ({ arch }) => mlmLossGraph(arch, shape),
    batch: (index) => {
      const batch = train.at(index);
      return { feeds: mlmFeeds(batch), weight: totalWeight(batch.weights), length: shape.sequenceLength, tokens: shape.batchSize * shape.sequenceLength };
    },
    evaluate: async (model) => {
      const { loss, accuracy } = await evaluateMlm(backend, model, shape, validation);
      return { validationLoss: loss, validationAccuracy: accuracy };
    },
    finetune: async function* (model, { firstBatch, ...training }) {
      const later: MlmBatches = { ...train, at: (step) => train.at(firstBatch + step) };
      const ofLater: PretrainingObjective = { ...objective, feeds: (batch, itsShape, place) => objective.feeds(batch, itsShape, { ...place, index: firstBatch + place.index }) };
      const { model: trained } = yield* pretrain({ ...defaults, ...finetuning, ...training, backend, arch: model.arch, start: model, shape, train: later, validation, objective: ofLater });
      return trained;
    },
  };
}
