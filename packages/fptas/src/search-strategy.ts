import { type Proposal, type RejectedCandidate, type Trial } from "./trial.js";

/** Proposals that do not wait for each other's outcome, so that they may be tried at the same time. */
export interface Round {
  readonly proposals: readonly Proposal[];
  /** Trials that are to come after this round, as far as is known. */
  readonly later: number;
}

/** What became of a proposal: it was tried, or lies beyond the maximum point. */
export type ProposalOutcome = Trial | RejectedCandidate;

/**
 * Proposes what to try, a round at a time; the answer to a round are the outcomes of its proposals, in their order.
 *
 * What it proposes depends on its seed and on these answers alone: not on which trial ended first, nor on which a resumed search found in its log.
 * A proposal that was tried before is answered at once.
 */
export type SearchStrategy<Result = void> = Generator<Round, Result, readonly ProposalOutcome[]>;

/** W, or less than any where there is none. */
export const fitnessOf = (outcome: ProposalOutcome): number => ("w" in outcome ? outcome.w : -Infinity);
