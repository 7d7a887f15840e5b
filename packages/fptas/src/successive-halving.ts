import { wholeSpace } from "./exhaustive-search.js";
import { FptasError } from "./fptas-error.js";
import { everyProposal, inSeededOrder, tryUntil } from "./proposals.js";
import { requireCount } from "./require-count.js";
import { requireHyperparameters, runSearch } from "./run-search.js";
import { type ProposalOutcome, type SearchStrategy } from "./search-strategy.js";
import { type SearchEvent, type SearchOptions, type SearchResult } from "./search.js";
import { type Proposal } from "./trial.js";

export interface SuccessiveHalvingOptions<Theta> extends SearchOptions<Theta> {
  /** r: training steps of the first rung. */
  readonly steps: number;
  /** One in so many goes on to the next rung, to train so many times as long; 2 or more. Default 2, which halves. */
  readonly eta?: number;
  /** Rungs. Default: until one is left. */
  readonly rungs?: number;
  /** n: pairs of an architecture and a hyperparameter set in the first rung, drawn as by `randomSearch`. Default: all. */
  readonly candidates?: number;
  /** Default 0. */
  readonly seed?: number;
}

/**
 * Tries many candidates for a few steps and ever fewer for ever more: rung k has floor(n / eta^k) trials of r eta^k steps.
 *
 * Every trial starts afresh and is given its steps by the request, so the sum over the rungs is what the search costs. The result ranks a rung before those
 * below it. n counts candidates below the maximum point. Throws what `extract` throws at epsilon 1, and `fptas/bad-option`.
 * Source: Jamieson and Talwalkar 2016 (arXiv 1502.07943); eta as in Li et al. 2018 (arXiv 1603.06560).
 */
export async function* successiveHalving<Theta>(options: SuccessiveHalvingOptions<Theta>): AsyncGenerator<SearchEvent, SearchResult, void> {
  const { hyperparameters, eta = 2, seed = 0 } = options;
  requireHyperparameters(hyperparameters);
  const steps = requireCount(options.steps, "training steps");
  if (!Number.isFinite(eta) || eta < 2) throw new FptasError("fptas/bad-option", `fptas: eta must be a number from 2, got ${eta}; 2 halves`);
  const selection = wholeSpace(options);
  const proposals = everyProposal(selection.candidates, hyperparameters.length);
  const candidates = requireCount(options.candidates ?? proposals.length, "candidates in the first rung");
  const rungs = requireCount(options.rungs ?? mostRungs(Math.min(candidates, proposals.length), eta), "rungs");
  const drawn = options.candidates === undefined ? proposals.values() : inSeededOrder(proposals, seed);
  return yield* runSearch(selection, halve({ candidates, rungs, steps, eta, drawn }), options, (result) => result);
}

/** Rungs until one candidate is left of `candidates`. */
function mostRungs(candidates: number, eta: number): number {
  let rungs = 1;
  while (sizeOf(rungs, candidates, eta) >= 1) rungs++;
  return rungs;
}

/** Trials in a rung, counted from 0. */
const sizeOf = (rung: number, candidates: number, eta: number): number => Math.floor(candidates / eta ** rung);

interface Halving {
  readonly candidates: number;
  readonly rungs: number;
  readonly steps: number;
  readonly eta: number;
  readonly drawn: Iterator<Proposal, void, void>;
}

function* halve({ candidates, rungs, steps, eta, drawn }: Halving): SearchStrategy {
  const above = (rung: number, first: number): number => {
    let trials = 0;
    for (let next = rung + 1; next < rungs; next++) trials += sizeOf(next, first, eta);
    return trials;
  };
  let outcomes: readonly ProposalOutcome[] = yield* tryUntil(candidates, withSteps(drawn, steps), above(0, candidates));
  const first = outcomes.length;
  for (let rung = 1; rung < rungs; rung++) {
    const scored = outcomes.filter((outcome) => "w" in outcome);
    const best = scored.sort((a, b) => b.w - a.w).slice(0, sizeOf(rung, first, eta)); // Stable: ties stay in the order of the plan.
    if (best.length === 0) return;
    const longer = Math.round(steps * eta ** rung);
    outcomes = yield { proposals: best.map(({ arch, theta }) => ({ arch, theta, steps: longer })), later: above(rung, first) };
  }
}

function* withSteps(proposals: Iterator<Proposal, void, void>, steps: number): Generator<Proposal, void, void> {
  for (let next = proposals.next(); next.done !== true; next = proposals.next()) yield { ...next.value, steps };
}
