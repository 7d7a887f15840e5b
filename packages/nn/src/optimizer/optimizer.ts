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
/** Where a layer-wise rule would go, and its slots after the update. */
export interface DirectionOutputs {
  /** What is subtracted from the parameter, but for its factor. */
  readonly direction: Node;
  readonly slots: Readonly<Record<string, Node>>;
}

/** What a step's scalars are computed from. */
export interface UpdateMoment {
  /** Number of this update, from 1. */
  readonly update: number;
  /** That of the group: the step's, times the group's factor. */
  readonly learningRate: number;
  /** Factor of the gradient: below 1 where its norm was clipped. */
  readonly gradientScale: number;
  /** Whether this group of parameters decays, or its rate where it has one of its own. */
  readonly decay: boolean | number;
}

/** What the length of one parameter's step is computed from; norms are Euclidean, over the whole parameter. */
export interface StepMoment {
  readonly learningRate: number;
  readonly parameterNorm: number;
  readonly directionNorm: number;
}

interface OptimizerBase {
  readonly name: string;
  /** What tells this rule from others of its name: a checkpoint of a run with other settings is not resumed. */
  readonly settings: Readonly<Record<string, number>>;
  /** Names of the state vectors kept for every parameter, zero at the start. */
  readonly slots: readonly string[];
  readonly scalars: readonly string[];
  scalarsAt(moment: UpdateMoment): Readonly<Record<string, number>>;
}

/** A rule that treats every element alike. */
export interface ElementwiseOptimizer extends OptimizerBase {
  update(inputs: UpdateInputs): UpdateOutputs;
}

/** A rule whose step has a length of its own for every parameter: p <- p - stepSize direction. */
export interface LayerwiseOptimizer extends OptimizerBase {
  direction(inputs: UpdateInputs): DirectionOutputs;
  stepSize(moment: StepMoment): number;
}

/**
 * A rule that turns gradients into new parameters, as a graph over vectors.
 *
 * The graph must read the parameter, the gradient and each slot in element-wise ops alone: new values are written over old ones, a direction over the
 * gradient, and it is only for such reads that a backend has to keep the two apart. New values may depend on each other in any way.
 */
export type Optimizer = ElementwiseOptimizer | LayerwiseOptimizer;

/** The rate of weight decay of a group, where the optimizer's own is `weightDecay`. */
export const decayRate = (decay: boolean | number, weightDecay: number): number => (typeof decay === "number" ? decay : decay ? weightDecay : 0);
