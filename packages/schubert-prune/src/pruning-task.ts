import { type LossGraph, type MicroBatch, type Model, type ModelHead, type TrainingEvent, type TrainingSettings } from "@bort/nn";

/** What a network is for while it is pruned: an objective with batches, and training by it. */
export interface PruningTask<H extends ModelHead = ModelHead> {
  /** Sets it apart from others: a run for another is not resumed. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The loss of a model of those sizes on a batch, over its parameters by their names in the model; `length` is that of the batch. */
  loss(model: Pick<Model<H>, "arch" | "head">, length: number): LossGraph;
  /** Training batch number `index` of the whole run, a function of it alone. */
  batch(index: number, model: Pick<Model<H>, "head">): TaskBatch;
  /** What the model is worth on text that it does not learn from. */
  evaluate(model: Model<H>): Promise<Readonly<Record<string, number>>>;
  /** Trains a model, which stays as it is, by the objective alone (schuBERT, eq. 1). */
  finetune(model: Model<H>, training: TaskTraining): AsyncGenerator<TrainingEvent, Model<H>>;
}

export interface TaskBatch extends Required<Omit<MicroBatch, "feeds">> {
  readonly feeds: Exclude<MicroBatch["feeds"], () => unknown>;
  /** Padding included. */
  readonly tokens: number;
}

/** One of the trainings of a run. */
export interface TaskTraining extends Pick<TrainingSettings, "checkpoint" | "seed" | "signal" | "steps"> {
  /** The batch that it begins with, so that rounds see other text than those before them. */
  readonly firstBatch: number;
}
