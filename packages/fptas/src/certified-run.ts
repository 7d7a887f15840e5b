import { type EncoderArch } from "@bort/arch";
import { type StepObservation } from "./step-observation.js";
import { type MaximumPoint, type SizeAndLatency } from "./w-coefficient.js";

/** What a certificate is made from: a search and what was seen of its trials. */
export interface CertifiedRun {
  /** Xi: every architecture of the space that can be built. */
  readonly space: readonly EncoderArch[];
  readonly epsilon: number;
  /** |Theta|: hyperparameter sets that every candidate was tried with. */
  readonly hyperparameterSets: number;
  /** |B|: sequences in a batch. */
  readonly batchSize: number;
  /** Tokens in a sequence, for counting FLOPs. */
  readonly sequenceLength: number;
  readonly maximumPoint: MaximumPoint;
  /** Candidates that lay beyond the maximum point and were not trained. */
  readonly rejected: number;
  /** At least one. */
  readonly trials: readonly CertifiedTrial[];
  /** Norm at which the training clips gradients. Default: it is not known to clip. */
  readonly gradientClip?: number;
}

/** One candidate trained with one hyperparameter set. */
export interface CertifiedTrial extends SizeAndLatency {
  readonly arch: EncoderArch;
  /** e^; absent where the trial failed. */
  readonly error?: number;
  /** Of training and evaluation; see `trialFlops`. */
  readonly flops: number;
  readonly seconds: number;
  /** Of some or all steps, or none. */
  readonly observations: readonly StepObservation[];
}
