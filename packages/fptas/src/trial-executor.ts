import { type ArchTuple } from "@bort/arch";
import { type TrainingStep } from "./objectives.js";
import { unrankable } from "./w-coefficient.js";

/** A training to make, with one seed of a trial; plain JSON where `Theta` is. */
export interface TrialRequest<Theta> {
  /** Unique within a search. */
  readonly id: number;
  readonly arch: ArchTuple;
  /** The hyperparameter set. */
  readonly theta: Theta;
  /** Training steps, where the search decides them. */
  readonly steps?: number;
  /** Zero-based, where a trial has several trainings. */
  readonly seed?: number;
}

/** What became of the trial `id`: its error, or why it has none, in words that follow "because". */
export type TrialOutcome =
  | { readonly type: "finished"; readonly id: number; readonly error: number; readonly seconds: number }
  | { readonly type: "failed"; readonly id: number; readonly reason: string; readonly seconds: number };

/** What an executor tells while it runs; plain JSON. */
export type TrialReport = { readonly type: "progress"; readonly id: number; readonly step: TrainingStep } | TrialOutcome;

/** Makes trials that do not depend on each other: here, in other processes or on other machines. */
export interface TrialExecutor<Theta> {
  /**
   * Makes every trial and gives one outcome for each, in any order, with any progress in between.
   *
   * Once `signal` aborts it throws the signal's reason. When it is over, or was left by `return()`, no trial runs any more.
   */
  run(requests: readonly TrialRequest<Theta>[], context: { readonly signal: AbortSignal }): AsyncGenerator<TrialReport, void, void>;
}

/** The outcome of a trial that gave an error; one that is no finite number, which JSON cannot hold, fails it. */
export function outcomeOf(id: number, error: number, seconds: number): TrialOutcome {
  return Number.isFinite(error) ? { type: "finished", id, error, seconds } : { type: "failed", id, reason: unrankable(error), seconds };
}
