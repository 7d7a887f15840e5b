import { type ParameterStore } from "./parameter-store.js";

/** Everything that a training run changes from step to step. */
export interface TrainingState {
  readonly parameters: ParameterStore;
  /** The optimizer's vectors by name, each in the layout of the trained part of `parameters.flat`. */
  readonly slots: Readonly<Record<string, Float32Array>>;
  /** The average of the weights, in the same layout, where one is kept; see `averagedParameters`. */
  readonly average?: Float32Array;
  /** Updates done so far. */
  step: number;
  /** Training loss of the last update; NaN before the first. */
  loss: number;
  /** Time spent in training steps, and the tokens they read. */
  seconds: number;
  tokens: number;
  /** What early stopping knows, in a run that may stop early. */
  watch?: Watch;
}

/** How a run's evaluations went. */
export interface Watch {
  /** Evaluations since the best one. */
  readonly waited: number;
  /** Step of the last evaluation. */
  readonly lastStep: number;
  readonly best?: BestWeights;
}

/** An evaluation and the weights that it measured: copies of the trained part of `parameters.flat`, and of the average. */
export interface BestWeights {
  /** Steps done before it. */
  readonly step: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly parameters: Float32Array;
  readonly average?: Float32Array;
}
