import { type ClassificationBatch, type ClassificationBatches } from "@bort/data";
import { type Backend } from "@bort/graph";
import { type Classifier, classificationFeeds, classificationLossGraph, fingerprint, finetune, predict, totalWeight } from "@bort/nn";
import { type FinetuningSettings } from "./mlm-task.js";
import { type PruningTask } from "./pruning-task.js";
import { SchubertError } from "./schubert-error.js";

export interface ClassificationTaskOptions {
  readonly backend: Backend;
  /** Those of the classifier. */
  readonly labels: readonly string[];
  readonly train: ClassificationBatches;
  readonly batchSize: number;
  /** Batches to measure the accuracy on. */
  readonly validation: readonly ClassificationBatch[];
  /** By default as `finetune` of `@bort/nn` trains, with a learning rate of 1e-4. */
  readonly finetuning?: FinetuningSettings;
}

/**
 * The task of a classifier: it is pruned for what that task needs, and may not serve another; @throws SchubertError `schubert-prune/bad-option` without labels.
 */
export function classificationTask({ backend, labels, train, batchSize, validation, finetuning = {} }: ClassificationTaskOptions): PruningTask<Classifier["head"]> {
  if (labels.length === 0) throw new SchubertError("schubert-prune/bad-option", "schubert-prune: a task needs labels to prune for, got none; give a task of classes, or prune by masked language modelling");
  const first = train.at(0);
  return {
    settings: { task: "classification", labels, batchSize, examples: train.examples, firstBatch: fingerprint(first.ids, first.mask, first.labels) },
    loss: (model, length) => classificationLossGraph(model, batchSize, length, { isSoft: train.isSoft }),
    batch: (index, { head }) => {
      const batch = train.at(index);
      return { feeds: classificationFeeds(batch, head), weight: totalWeight(batch.weights), length: batch.length, tokens: batchSize * batch.length };
    },
    evaluate: async (model) => {
      const gold = validation.flatMap(({ labels: own, weights }) => [...own].filter((_, row) => weights[row]! > 0));
      const predicted = await predict(backend, model, validation);
      return { accuracy: predicted.filter((label, i) => label === gold[i]).length / gold.length };
    },
    finetune: async function* (model, { firstBatch, ...training }) {
      const later: ClassificationBatches = { ...train, at: (step) => train.at(firstBatch + step) };
      const { model: trained } = yield* finetune({ learningRate: 1e-4, ...finetuning, ...training, backend, model, head: "kept", labels, train: later, batchSize, validation });
      return trained;
    },
  };
}
