import { type ArchTuple, formatTuple } from "@bort/arch";
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

/** A candidate trained with one hyperparameter set and scored. */
export interface ScoredTrial extends Proposal, Surrogates {
  readonly status: "scored";
  readonly w: number;
  /** Wall-clock time of training and evaluation. */
  readonly seconds: number;
}

/** A candidate whose training gave no error that can be ranked, for example NaN, or did not end in order; it is never chosen. */
export interface FailedTrial extends Proposal, SizeAndLatency {
  readonly status: "failed";
  /** In words that follow "because". */
  readonly reason: string;
  /** Wall-clock time of training and evaluation. */
  readonly seconds: number;
}

export type Trial = ScoredTrial | FailedTrial;

/** What tells one trial of a search from another. */
export function trialKey({ arch, theta, steps }: Proposal): string {
  return `${theta}:${formatTuple(arch)}${steps === undefined ? "" : `@${steps}`}`;
}
