import { type ArchTuple } from "@bort/arch";
import { permutationAt } from "@bort/data";
import { type ProposalOutcome, type SearchStrategy } from "./search-strategy.js";
import { type Proposal, type Trial } from "./trial.js";

/** Every candidate with every hyperparameter set, the sets in the outer loop. */
export function everyProposal(candidates: readonly ArchTuple[], hyperparameterSets: number): Proposal[] {
  return Array.from({ length: hyperparameterSets }, (_, theta) => candidates.map((arch) => ({ arch, theta }))).flat();
}

/** Tries all proposals, in one round. */
export function* tryAll(proposals: readonly Proposal[]): SearchStrategy {
  yield { proposals, later: 0 };
}

/** All of `proposals` in a seeded order, each order equally likely as far as the seed can tell. */
export function* inSeededOrder(proposals: readonly Proposal[], seed: number): Generator<Proposal, void, void> {
  if (proposals.length === 0) return;
  const place = permutationAt(seed, proposals.length, "proposals");
  for (let i = 0; i < proposals.length; i++) yield proposals[place(i)]!;
}

/** Tries proposals until `count` of them lie below the maximum point or there are no more; returns the trials, in the order of the proposals. */
export function* tryUntil(count: number, proposals: Iterator<Proposal, void, void>, later: number = 0): SearchStrategy<Trial[]> {
  const trials: Trial[] = [];
  while (trials.length < count) {
    const round = take(proposals, count - trials.length);
    if (round.length === 0) break;
    trials.push(...(yield { proposals: round, later }).filter(isTrial));
  }
  return trials;
}

function take(proposals: Iterator<Proposal, void, void>, count: number): Proposal[] {
  const taken: Proposal[] = [];
  while (taken.length < count) {
    const next = proposals.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}

const isTrial = (outcome: ProposalOutcome): outcome is Trial => "status" in outcome;
