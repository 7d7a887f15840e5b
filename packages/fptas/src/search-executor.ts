import { type ArchTuple } from "@bort/arch";
import { inProcessExecutor, type TrialExecutor } from "@bort/trials";
import { type Objectives, type TrainingStep } from "./objectives.js";

/** A training to make, with one seed of a trial; plain JSON where `Theta` is. */
export interface TrainingTask<Theta> {
  readonly arch: ArchTuple;
  /** The hyperparameter set. */
  readonly theta: Theta;
  /** Training steps, where the search decides them. */
  readonly steps?: number;
  /** Zero-based, where a trial has several trainings. */
  readonly seed?: number;
}

/** Makes the trainings of a search; the result of one is its error, which fails it unless it is a finite number of 0 or more. */
export type SearchExecutor<Theta> = TrialExecutor<TrainingTask<Theta>, TrainingStep, number>;

/** Makes the trainings in this process, one after another; what `error` throws ends the search. */
export function searchExecutor<Theta>({ error }: Pick<Objectives<Theta>, "error">): SearchExecutor<Theta> {
  return inProcessExecutor(({ arch, theta, ...asked }, { signal, onProgress }) => error(arch, theta, { signal, onStep: onProgress, ...asked }));
}
