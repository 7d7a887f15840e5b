import * as op from "@bort/graph";
import { type Backend, type Node, parameter } from "@bort/graph";
import { type ElementwiseOptimizer, type LossGraph, type Model, type ModelHead, ParameterStore, type ParameterSpec, Trainer } from "@bort/nn";
import { alphaName } from "./fold-alphas.js";
import { type Alphas, prunableGraph } from "./prunable-graph.js";
import { type PruningTask } from "./pruning-task.js";
import { type UnitVector } from "./unit-vectors.js";

export interface AlphaTrainerOptions<H extends ModelHead> {
  readonly backend: Backend;
  readonly model: Model<H>;
  readonly task: Pick<PruningTask<H>, "loss">;
  readonly vectors: readonly UnitVector[];
  readonly optimizer: ElementwiseOptimizer;
  /** Of every trained element. */
  readonly initial: number;
  /** The prunable parameters of a graph, from what is trained, of the vector of that number. */
  readonly gate: (trained: Node, vector: number) => Node;
  /** What is added to the task's loss. Default: nothing. */
  readonly penalty?: (trained: Alphas) => Node;
  /** Rate of decay of a vector, as the optimizer takes it. Default: none. */
  readonly decay?: (vector: UnitVector) => number;
}

/** A trainer of prunable parameters alone: the model's own are frozen, and a copy (schuBERT, eq. 2). */
export async function alphaTrainer<H extends ModelHead>(options: AlphaTrainerOptions<H>): Promise<Trainer> {
  const { backend, model, task, vectors, optimizer, initial, gate, penalty, decay } = options;
  const specs = vectors.map(({ name, size }): ParameterSpec => ({ name: alphaName(name), shape: [size], init: "ones", decay: false }));
  const decays = new Map(vectors.map((vector) => [alphaName(vector.name), decay?.(vector) ?? 0]));
  const parameters = new ParameterStore([...model.parameters.specs, ...specs])
    .regrouped(({ name }) => (decays.has(name) ? { decay: decays.get(name)! } : { frozen: true }));
  parameters.copy(model.parameters, model.parameters.specs);
  for (const { name } of specs) parameters.view(name).fill(initial);
  const graph = (length: number): LossGraph => {
    const trained = Object.fromEntries(vectors.map(({ name, size }) => [name, parameter(alphaName(name), [size])]));
    const gated = Object.fromEntries(vectors.map(({ name }, i) => [name, gate(trained[name]!, i)]));
    const { loss: taskLoss } = prunableGraph({ loss: task.loss(model, length).loss }, model.arch, model.head, gated);
    return penalty === undefined ? { loss: taskLoss } : { loss: op.add(taskLoss, penalty(trained)), taskLoss };
  };
  return Trainer.create({ backend, parameters, graph, optimizer, maxGradientNorm: Infinity });
}
