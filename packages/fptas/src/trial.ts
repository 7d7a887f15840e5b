import { type ArchTuple, formatTuple } from "@bort/arch";
import { type StepObservation } from "./step-observation.js";
import { type RejectionReason, type SizeAndLatency, type Surrogates } from "./w-coefficient.js";

/** A candidate whose size and latency are known; it need not have been trained. */
export interface MeasuredCandidate extends SizeAndLatency {
  readonly arch: ArchTuple;
}

/** A candidate that is never trained because it lies beyond the maximum point. */
export interface RejectedCandidate {
  readonly arch: ArchTuple;
  readonly parameters: number;
  /** Left out where the parameters already decided. */
  readonly latencyMs?: number;
  readonly reason: RejectionReason;
}

/** What a search tries: a candidate, how it is trained, and for how long. */
export interface Proposal {
  readonly arch: ArchTuple;
  /** Zero-based index of the hyperparameter set. */
  readonly theta: number;
  /** Training steps, where the search decides them; else the objectives do. */
  readonly steps?: number;
}

/** What was seen of a trial, whatever came of it. */
interface Tried extends Proposal, SizeAndLatency {
  /** Wall-clock time of training and evaluation, all seeds together. */
  readonly seconds: number;
  /** Of steps, in their order, seed after seed; left out where there are none. */
  readonly observations?: readonly StepObservation[];
}

/** A candidate trained with one hyperparameter set and scored. */
export interface ScoredTrial extends Tried, Surrogates {
  readonly status: "scored";
  /** W at `error`. */
  readonly w: number;
  /** The error with each seed, where there are several; `error` is their mean. */
  readonly errors?: readonly number[];
}

/** A candidate whose training gave no error that can be ranked, for example NaN, or did not end in order; it is never chosen. */
export interface FailedTrial extends Tried {
  readonly status: "failed";
  /** In words that follow "because". */
  readonly reason: string;
}

export type Trial = ScoredTrial | FailedTrial;

/** What tells one trial of a search from another. */
export function trialKey({ arch, theta, steps }: Proposal): string {
  return `${theta}:${formatTuple(arch)}${steps === undefined ? "" : `@${steps}`}`;
}
