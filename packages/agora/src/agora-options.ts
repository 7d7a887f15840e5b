import { type Random, type TextExample } from "@bort/data";
import { type TrialExecutor } from "@bort/trials";
import { type Accept } from "./accept.js";
import { type HyperparameterSet } from "./hyperparameter-sets.js";
import { type PruneRule } from "./prune-rule.js";
import { type AgoraRecord, type RoundSummary } from "./agora-events.js";
import { type Condition } from "./conditions.js";

/** A training of Timaeus, the small model; plain JSON. */
export interface TimaeusTask<Theta extends HyperparameterSet> {
  readonly theta: Theta;
  /** D. */
  readonly examples: readonly TextExample[];
  /** One-based. */
  readonly round: number;
  /** Zero-based: how often the round has been repeated. */
  readonly replay: number;
  /** The model to start from; where it is left out, the pre-trained one. */
  readonly from?: string;
}

/** What a training of Timaeus came to; plain JSON. */
export interface TimaeusResult {
  /** On E, 0 to 1; not finite where the training diverged, which fails it. */
  readonly accuracy: number;
  /** Places of the examples that it has wrong, in E or in D, whichever `mistakesOf` names. */
  readonly mistakes: readonly number[];
  /** What the trained model is found by: the name of a folder, for example. */
  readonly model: string;
}

/**
 * Gives examples labels, or values; those that they have do not matter. It must answer the same examples alike. What it says in `distribution` is used where
 * soft labels are asked for, or confidence.
 */
export type Socrates = (examples: readonly TextExample[], context: { readonly signal: AbortSignal }) => Promise<readonly TextExample[]>;

/** tau: makes new texts out of others, one of each, in their order; `undefined` where it has none to give. */
export interface Tau {
  readonly name: string;
  readonly transform: (examples: readonly TextExample[], context: { readonly random: Random; readonly signal: AbortSignal }) => Promise<readonly (TextExample | undefined)[]>;
}

export interface AgoraOptions<Theta extends HyperparameterSet, Progress> {
  /** D: labelled. */
  readonly train: readonly TextExample[];
  /** E: labelled, and never changed. */
  readonly evaluation: readonly TextExample[];
  /** Theta: at least one set, each once. */
  readonly hyperparameters: readonly Theta[];
  /** Trains Timaeus with a set and measures it on E. */
  readonly executor: TrialExecutor<TimaeusTask<Theta>, Progress, TimaeusResult>;
  readonly socrates: Socrates;
  readonly tau: Tau;
  /** What the theorem asks for, as far as it was looked at. Default: nothing was. */
  readonly conditions?: readonly Condition[];
  /** Goes on where a condition is violated. Default `false`. */
  readonly override?: boolean;
  /** Default `lcsRoot()`. */
  readonly pruneRule?: PruneRule;
  /** Whose mistakes tau transforms: the round's best model's on E, or on D. Default `evaluation`. */
  readonly mistakesOf?: "evaluation" | "training";
  /** New examples of each mistake. Default 1. */
  readonly copies?: number;
  /** Which of them enter D. Default: all. */
  readonly accept?: Accept;
  /** Trains on Socrates' probabilities, and not on its label alone. Default `false`. */
  readonly softLabels?: boolean;
  /** What a training starts from: the pre-trained model, or the best one so far. Default `pre-trained`. */
  readonly start?: "best" | "pre-trained";
  /** What makes D balanced, at the start and after each expansion; `false` leaves it as it is. Default: the more frequent labels, or rounded values, lose examples at random; a value counts to the nearest class of `train`. */
  readonly balance?: false | ((examples: readonly TextExample[], seed: number) => readonly TextExample[]);
  /** Ends after so many rounds. Default: when no set is left. */
  readonly rounds?: number;
  /** Rounds that are repeated, on an expanded D and with the same sets, before Theta is pruned. Default: none. */
  readonly replay?: Replay;
  /** Ends where the best model of a round makes no mistakes, so that there is nothing to transform. Default `true`. */
  readonly stopWithoutMistakes?: boolean;
  /** Default 0. */
  readonly seed?: number;
  /** Told of models that are no longer needed; of one perhaps more than once, in a run that is resumed. Default: nobody wants to know. */
  readonly onDiscard?: (model: string) => void;
  /** What an earlier run of the same options recorded, which is not done again. Default: nothing. */
  readonly completed?: readonly AgoraRecord[];
  /** Ends the run: it throws the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface Replay {
  /** R: how often a round is repeated at most. */
  readonly most: number;
  /** Whether to repeat it once more. Default: where it did not surpass the best accuracy of the rounds before. */
  readonly when?: (round: RoundSummary) => boolean;
}
