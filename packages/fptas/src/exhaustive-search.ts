import { everyProposal, tryAll } from "./proposals.js";
import { runSearch } from "./run-search.js";
import { type SearchEvent, type SearchOptions, type SearchResult } from "./search.js";
import { type Selection, selectCandidates } from "./select-candidates.js";

/** Tries every point of the space that can be built with every hyperparameter set, in the order of the space. Throws what `extract` throws at epsilon 1. */
export async function* exhaustiveSearch<Theta>(options: SearchOptions<Theta>): AsyncGenerator<SearchEvent, SearchResult, void> {
  const selection = wholeSpace(options);
  return yield* runSearch(selection, tryAll(everyProposal(selection.candidates, options.hyperparameters.length)), options, (result) => result);
}

/** Every point that can be built, in the order of the space; throws what `selectCandidates` throws. */
export function wholeSpace<Theta>({ space }: Pick<SearchOptions<Theta>, "space">): Selection {
  return selectCandidates(space, { epsilon: 1, orderBy: () => 0, filterFirst: true });
}
