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

/** A candidate trained with one hyperparameter set and scored. */
export interface ScoredTrial extends Surrogates {
  readonly status: "scored";
  readonly arch: ArchTuple;
  /** Zero-based index of the hyperparameter set. */
  readonly theta: number;
  readonly w: number;
  /** Wall-clock time of training and evaluation. */
  readonly seconds: number;
}

/** A candidate whose training gave no error that can be ranked, for example NaN; it is never chosen. */
export interface FailedTrial extends SizeAndLatency {
  readonly status: "failed";
  readonly arch: ArchTuple;
  /** Zero-based index of the hyperparameter set. */
  readonly theta: number;
  readonly reason: string;
  /** Wall-clock time of training and evaluation. */
  readonly seconds: number;
}

export type Trial = ScoredTrial | FailedTrial;

/** What tells one trial of a search from another. */
export function trialKey({ arch, theta }: Pick<Trial, "arch" | "theta">): string {
  return `${theta}:${formatTuple(arch)}`;
}
