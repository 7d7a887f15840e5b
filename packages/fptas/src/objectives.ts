import { type ArchTuple } from "@bort/arch";
import { type TupleMeasure } from "./analytic-surrogates.js";
import { type StepObservation } from "./step-observation.js";
import { type TrainingFacts } from "./training-facts.js";

/** How far the training of one candidate has come. */
export interface TrainingStep {
  /** One-based. */
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  /** What the step showed, for the certificate. Default: nothing is known of it. */
  readonly observation?: StepObservation;
}

/** The three surrogates that a search trades off. A throw of any of them ends the search with that error. */
export interface Objectives<Theta> {
  /** p^; also asked about points that cannot be built, unless `filterFirst` or `orderBy` is set. */
  readonly parameters: TupleMeasure;
  /** i^ of each network, in milliseconds and in the order given; many in one call, so that measurements can be interleaved. No trial runs meanwhile. */
  readonly latenciesMs: (archs: readonly ArchTuple[], context: { readonly signal: AbortSignal }) => Promise<readonly number[]>;
  /** e^ of a candidate freshly initialised and trained with `theta`: the mean loss on held-out data, 0 or more; NaN or infinite where training failed. */
  readonly error: (arch: ArchTuple, theta: Theta, context: ErrorContext) => Promise<number>;
  /** Norm at which `error` clips gradients, for the certificate. Default: it is not known to clip. */
  readonly gradientClip?: number;
  /** What is trained, for the certificate. Default: it is not known. */
  readonly training?: TrainingFacts;
}

export interface ErrorContext {
  /** Aborts when the caller of the search aborts or leaves it. */
  readonly signal: AbortSignal;
  /** Reports progress; each call becomes a `step` event. */
  readonly onStep: (step: TrainingStep) => void;
  /** Training steps, where the search decides them. Default: `error` does. */
  readonly steps?: number;
  /** Zero-based: which of several trainings of the same candidate this is. Each must draw other random numbers. Default 0. */
  readonly seed?: number;
}
