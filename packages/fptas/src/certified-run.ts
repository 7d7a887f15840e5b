import { type ArchTuple } from "@bort/arch";
import { type TrainingFacts } from "./training-facts.js";
import { type Trial } from "./trial.js";
import { type MaximumPoint } from "./w-coefficient.js";

/** What a certificate is made from: a search and what was seen of its trials. */
export interface CertifiedRun {
  /** Xi: every architecture of the space that can be built. */
  readonly space: readonly ArchTuple[];
  readonly epsilon: number;
  /** |Theta|: hyperparameter sets that every candidate was tried with. */
  readonly hyperparameterSets: number;
  /** Trainings of a trial. Default 1. */
  readonly seeds?: number;
  readonly maximumPoint: MaximumPoint;
  /** Candidates that lay beyond the maximum point and were not trained. */
  readonly rejected: number;
  /** At least one. */
  readonly trials: readonly Trial[];
  /** Norm at which the training clips gradients. Default: it is not known to clip. */
  readonly gradientClip?: number;
  /** Default: not known; what depends on it is unchecked or left out. */
  readonly training?: TrainingFacts;
}
