import { wholeSpace } from "./exhaustive-search.js";
import { everyProposal, inSeededOrder, tryUntil } from "./proposals.js";
import { requireCount } from "./require-count.js";
import { runSearch } from "./run-search.js";
import { type SearchStrategy } from "./search-strategy.js";
import { type SearchEvent, type SearchOptions, type SearchResult } from "./search.js";
import { type Proposal } from "./trial.js";

export interface RandomSearchOptions<Theta> extends SearchOptions<Theta> {
  /** Trials to make, or all where there are fewer; a draw beyond the maximum point is none. */
  readonly trials: number;
  /** Default 0. */
  readonly seed?: number;
}

/**
 * Tries pairs of an architecture and a hyperparameter set that are drawn without repetition, each pair equally likely.
 *
 * Throws what `extract` throws at epsilon 1, and `fptas/bad-option`.
 */
export async function* randomSearch<Theta>(options: RandomSearchOptions<Theta>): AsyncGenerator<SearchEvent, SearchResult, void> {
  const { hyperparameters, seed = 0 } = options;
  const trials = requireCount(options.trials, "trials");
  const selection = wholeSpace(options);
  return yield* runSearch(selection, tryRandom(everyProposal(selection.candidates, hyperparameters.length), trials, seed), options, (result) => result);
}

function* tryRandom(proposals: readonly Proposal[], trials: number, seed: number): SearchStrategy {
  yield* tryUntil(trials, inSeededOrder(proposals, seed));
}
