import { type TextExample } from "@bort/data";
import { type TimaeusResult } from "./agora-options.js";
import { type Condition } from "./conditions.js";
import { type HyperparameterSet } from "./hyperparameter-sets.js";

/** Which training of a run: of round `round` (one-based), repeated `replay` times before, with set `set` (zero-based, in the Theta given). */
export interface TrainingPlace {
  readonly round: number;
  readonly replay: number;
  readonly set: number;
}

/** What a run has to remember so that it can go on: plain JSON, for a journal of `@bort/trials`. */
export type AgoraRecord =
  | { readonly type: "trained"; readonly place: TrainingPlace; readonly result: TimaeusResult; readonly seconds: number }
  | { readonly type: "failed"; readonly place: TrainingPlace; readonly reason: string; readonly seconds: number }
  /** What tau and Socrates made after a round. */
  | { readonly type: "generated"; readonly round: number; readonly replay: number; readonly examples: readonly TextExample[]; readonly transformed: number };

export interface RoundSummary {
  readonly round: number;
  readonly replay: number;
  /** Place of the round's best set in the Theta given. */
  readonly set: number;
  /** Of the round's best model, on E. */
  readonly accuracy: number;
  /** Of the best model of the rounds before; 0 in the first. */
  readonly accuracyBefore: number;
  /** |D| that was trained on. */
  readonly examples: number;
  /** |Theta|. */
  readonly sets: number;
  /** Sets that leave Theta; none where the round is repeated. */
  readonly leaving: number;
  /** Trainings that failed. */
  readonly failed: number;
  /** Of the round's best model. */
  readonly mistakes: number;
  /** Examples that tau made of them. */
  readonly transformed: number;
  /** Of these, those that were accepted, with the labels of Socrates. */
  readonly generated: number;
}

/** The outcome of a run. */
export interface AgoraResult<Theta extends HyperparameterSet> {
  /** The best model, of whatever round. */
  readonly model: string;
  readonly accuracy: number;
  readonly theta: Theta;
  readonly round: number;
  /** The convergent hyperparameter set: the one that was left in the last round, or the best of it where several were. */
  readonly convergent: Theta;
  readonly rounds: readonly RoundSummary[];
  readonly trainings: number;
  /** |Theta| (|Theta| + 1) / 2, times one more than the most replays: no run has more trainings. */
  readonly mostTrainings: number;
}

/** The last event is `chosen`: what the run returns. */
export type AgoraEvent<Theta extends HyperparameterSet, Progress> =
  /** What the theorem asks for, before anything is done. */
  | { readonly type: "conditions"; readonly conditions: readonly Condition[] }
  /** Timaeus is about to be trained on |D| examples with each of |Theta| sets. */
  | { readonly type: "begin"; readonly round: number; readonly replay: number; readonly sets: number; readonly examples: number }
  | { readonly type: "progress"; readonly place: TrainingPlace; readonly progress: Progress }
  /** Something is known that belongs in a journal; `resumed` if it is there already. */
  | { readonly type: "record"; readonly record: AgoraRecord; readonly resumed: boolean }
  | { readonly type: "round"; readonly summary: RoundSummary }
  | { readonly type: "chosen"; readonly result: AgoraResult<Theta> };
