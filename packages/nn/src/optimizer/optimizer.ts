import { type Node } from "@bort/graph";

/** The inputs of an update: vectors of one chunk, and scalars that change from step to step. */
export interface UpdateInputs {
  readonly parameter: Node;
  readonly gradient: Node;
  readonly slots: Readonly<Record<string, Node>>;
  readonly scalars: Readonly<Record<string, Node>>;
}
/** The values after an update, named like the inputs that they replace. */
export interface UpdateOutputs {
  readonly parameter: Node;
  readonly slots: Readonly<Record<string, Node>>;
}

/** What a step's scalars are computed from. */
export interface UpdateMoment {
  /** Number of this update, from 1. */
  readonly update: number;
  readonly learningRate: number;
  /** Factor of the gradient: below 1 where its norm was clipped. */
  readonly gradientScale: number;
  /** Whether this group of parameters decays. */
  readonly decay: boolean;
}

/**
 * A rule that turns gradients into new parameters, as a graph over vectors.
 *
 * The graph must read the parameter and each slot in element-wise ops alone: the new values are written over the old ones, and it is only for such
 * reads that a backend has to keep the two apart. They may depend on each other in any way.
 */
export interface Optimizer {
  readonly name: string;
  /** What tells this rule from others of its name: a checkpoint of a run with other settings is not resumed. */
  readonly settings: Readonly<Record<string, number>>;
  /** Names of the state vectors kept for every parameter, zero at the start. */
  readonly slots: readonly string[];
  readonly scalars: readonly string[];
  update(inputs: UpdateInputs): UpdateOutputs;
  scalarsAt(moment: UpdateMoment): Readonly<Record<string, number>>;
}
