import { type ArchTuple } from "@bort/arch";
import { type Objectives, type TrainingStep } from "./objectives.js";
import { type SearchExecutor } from "./search-executor.js";
import { type Selection } from "./select-candidates.js";
import { type FailedTrial, type MeasuredCandidate, type RejectedCandidate, type ScoredTrial, type Trial } from "./trial.js";
import { type MaximumPoint } from "./w-coefficient.js";

/** What every search is given. */
export interface SearchOptions<Theta> {
  /** The design space, for example a `gridSpace`; its points that cannot be built are never candidates. */
  readonly space: Iterable<ArchTuple>;
  /** T, measured as the candidates are. If it is a point of the space, it scores 0 at best. */
  readonly maximumPoint: MaximumPoint;
  /** Theta. */
  readonly hyperparameters: readonly Theta[];
  readonly objectives: Objectives<Theta>;
  /** What makes the trials. Default `searchExecutor(objectives)`; any other takes the place of `objectives.error`. */
  readonly executor?: SearchExecutor<Theta>;
  /** Trainings of a trial, each with a seed of its own; a trial's error is their mean, and from two on W has an interval. Default 1. */
  readonly seeds?: number;
  /** Errors below this count as this. Default 1e-7. */
  readonly errorFloor?: number;
  /** Latencies of an earlier run of the same search, which are not measured again. Default: none. */
  readonly measured?: readonly MeasuredCandidate[];
  /** Trials of an earlier run of the same search, failed ones included, which are not repeated; in any order. Default: none. */
  readonly completed?: readonly Trial[];
  /** Stops the search: it throws the signal's reason, and a trial under way is not recorded. */
  readonly signal?: AbortSignal;
}

/** What a search tells before its end. */
export type SearchProgress =
  /** The points that may be tried are known. */
  | ({ readonly type: "selected" } & Selection)
  /** A candidate lies beyond the maximum point and will not be trained. */
  | { readonly type: "rejected"; readonly candidate: RejectedCandidate }
  /** Latencies were measured in this run. */
  | { readonly type: "measured"; readonly candidates: readonly MeasuredCandidate[] }
  /** Trial `index` (one-based, in the order of the plan) `of` all that are planned by now reports progress; `seed` where it has several trainings. */
  | { readonly type: "step"; readonly index: number; readonly of: number; readonly arch: ArchTuple; readonly theta: number; readonly seed?: number; readonly step: TrainingStep }
  /** Trial `index` `of` all is known; `resumed` if an earlier run did it. Trials that run side by side end in any order. */
  | { readonly type: "trial"; readonly index: number; readonly of: number; readonly trial: Trial; readonly resumed: boolean };

/** The last event is `chosen`: what the search returns. */
export type SearchEvent<Result extends SearchResult = SearchResult> = SearchProgress | { readonly type: "chosen"; readonly extraction: Result };

/** The outcome of a search: the architecture to train in full, and all that it was weighed against. */
export interface SearchResult {
  /** The architecture of the largest W; on a tie the one planned first. It has been trained for the surrogate error only. */
  readonly chosen: ArchTuple;
  /** Zero-based index of the hyperparameter set with which it scored `w`. */
  readonly theta: number;
  readonly w: number;
  /** By W, largest first, where the search decides the training steps those of most steps before the others; the first is the chosen one. */
  readonly trials: readonly ScoredTrial[];
  readonly failed: readonly FailedTrial[];
  readonly rejected: readonly RejectedCandidate[];
  readonly maximumPoint: MaximumPoint;
  readonly errorFloor: number;
  /** |Xi|: points of the space that can be built. */
  readonly spaceSize: number;
}
