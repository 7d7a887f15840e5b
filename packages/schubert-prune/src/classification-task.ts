import { type ClassificationBatch, type ClassificationBatches } from "@bort/data";
import { type Backend } from "@bort/graph";
import { type Classifier, type FinetuneBatches, classificationFeeds, classificationLossGraph, evaluateClassifier, fingerprint, finetune, totalWeight } from "@bort/nn";
import { finetuningRecord, type FinetuningSettings } from "./finetuning-settings.js";
import { type PruningTask } from "./pruning-task.js";
import { SchubertError } from "./schubert-error.js";

export interface ClassificationTaskOptions {
  readonly backend: Backend;
  /** Those of the classifier, in the order of its outputs. */
  readonly labels: readonly string[];
  readonly train: ClassificationBatches;
  readonly batchSize: number;
  /** Batches to measure the accuracy on; some row of them must have a label. */
  readonly validation: readonly ClassificationBatch[];
  /**
   * What pruned networks are fine-tuned on: the examples of `train` batch by batch, as a teacher sees them, such as `taughtBatches` of `@bort/distill` by the network that was not pruned. Prunable parameters
   * learn from `train` in any case. Default: `train`.
   */
  readonly taught?: FinetuneBatches & Pick<PruningTask, "settings">;
  /** By default as `finetune` of `@bort/nn` trains, with a learning rate of 1e-4 and a warm-up of 0.1. */
  readonly finetuning?: FinetuningSettings;
}

/** How fine-tuning is done where its settings do not say. */
const defaults = { learningRate: 1e-4, warmupRatio: 0.1 };

/**
 * The task of a classifier: it is pruned for what that task needs, and may not serve another.
 *
 * @throws SchubertError `schubert-prune/bad-option` without labels, and once it sees a network of other labels
 */
export function classificationTask({ backend, labels, train, batchSize, validation, taught, finetuning = {} }: ClassificationTaskOptions): PruningTask<Classifier["head"]> {
  if (labels.length === 0) throw new SchubertError("schubert-prune/bad-option", "schubert-prune: a task needs labels to prune for, got none; give a task of classes, or prune by masked language modelling");
  const first = train.at(0);
  return {
    settings: {
      task: "classification", labels, batchSize, examples: train.examples, softLabels: train.isSoft,
      firstBatch: fingerprint(first.ids, first.mask, first.distributions ?? first.labels, first.weights), ...(taught !== undefined && { taught: taught.settings }),
      finetuning: finetuningRecord(finetuning, {
        ...defaults, metric: "accuracy", mode: "max", validation: validation.flatMap(({ ids, mask, labels: own, weights }) => [ids, mask, own, weights]),
      }),
    },
    loss: (model, length) => classificationLossGraph(model, batchSize, length, { isSoft: train.isSoft }),
    batch: (index, { head }) => {
      requireLabels(head, labels);
      const batch = train.at(index);
      return { feeds: classificationFeeds(batch, head), weight: totalWeight(batch.weights), length: batch.length, tokens: batchSize * batch.length };
    },
    evaluate: async (model) => {
      requireLabels(model.head, labels);
      return evaluateClassifier(backend, model, validation);
    },
    finetune: async function* (model, { firstBatch, ...training }) {
      const { examples, isSoft } = taught ?? train;
      const later: FinetuneBatches = { examples, isSoft, at: (step) => (taught ?? train).at(firstBatch + step) };
      const { model: trained } = yield* finetune({ ...defaults, ...finetuning, ...training, backend, model, head: "kept", labels, train: later, batchSize, validation });
      return trained;
    },
  };
}

/** Labels meet by their places: a classifier of the same in another order would be pruned for their opposites. */
function requireLabels(head: Classifier["head"], labels: readonly string[]): void {
  if (head.labels.join("\n") === labels.join("\n")) return;
  throw new SchubertError("schubert-prune/bad-option", `schubert-prune: the task's labels must be the classifier's, ${head.labels.join(", ") || "none"}, in its order, got ${labels.join(", ")}; make the batches with those of the classifier`);
}
