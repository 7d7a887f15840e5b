import { type ArchTuple, type DesignSpace, formatTuple } from "@bort/arch";
import { random, type Random } from "@bort/data";
import { wholeSpace } from "./exhaustive-search.js";
import { everyProposal, inSeededOrder, tryUntil } from "./proposals.js";
import { requireCount } from "./require-count.js";
import { runSearch } from "./run-search.js";
import { fitnessOf, type ProposalOutcome, type SearchStrategy } from "./search-strategy.js";
import { type SearchEvent, type SearchOptions, type SearchResult } from "./search.js";
import { type Proposal, trialKey } from "./trial.js";

export interface RegularizedEvolutionOptions<Theta> extends SearchOptions<Theta> {
  readonly space: DesignSpace<ArchTuple>;
  /** Trials to make, those of the first population included; a child that was tried before counts, one beyond the maximum point does not. */
  readonly trials: number;
  /** P: architectures that are alive at a time. Default 20, or all trials where there are fewer. */
  readonly population?: number;
  /** S: members that are drawn, with replacement, for the best of them to be the parent. Default 5. */
  readonly sample?: number;
  /** Children of one population, which are tried at the same time; the outcome depends on this number, not on that of the workers. Default 1. */
  readonly children?: number;
  /** What a mutation does: it takes the next value of one axis, or any other one. Default `any`, as in the paper. */
  readonly reach?: "any" | "next";
  /** Default 0. */
  readonly seed?: number;
}

/**
 * Evolves architectures with their hyperparameter sets: the best of a random sample is mutated, the child joins the population, the oldest member dies.
 *
 * The first population is drawn without repetition. A mutation changes one axis, or the hyperparameter set; it gives something untried where the parent has
 * such a neighbour, and otherwise any. Throws what `extract` throws at epsilon 1, and `fptas/bad-option`.
 * Source: Real et al. 2019 (arXiv 1802.01548), algorithm 1.
 */
export async function* regularizedEvolution<Theta>(options: RegularizedEvolutionOptions<Theta>): AsyncGenerator<SearchEvent, SearchResult, void> {
  const { hyperparameters, space, reach = "any", seed = 0 } = options;
  const trials = requireCount(options.trials, "trials");
  const selection = wholeSpace(options);
  const names = new Set(selection.candidates.map(formatTuple));
  const neighbours = ({ arch, theta }: Proposal): Proposal[] => [
    ...[...space.neighbours(arch, { reach })].filter((near) => names.has(formatTuple(near))).map((near) => ({ arch: near, theta })),
    ...hyperparameters.flatMap((_, other) => (other === theta ? [] : [{ arch, theta: other }])),
  ];
  const evolution: Evolution = {
    trials, seed, neighbours,
    population: requireCount(options.population ?? Math.min(20, trials), "members of the population", 1, trials),
    sample: requireCount(options.sample ?? 5, "members in a sample"),
    children: requireCount(options.children ?? 1, "children"),
    founders: inSeededOrder(everyProposal(selection.candidates, hyperparameters.length), seed),
  };
  return yield* runSearch(selection, evolve(evolution), options, (result) => result);
}

interface Evolution {
  readonly trials: number;
  readonly population: number;
  readonly sample: number;
  readonly children: number;
  readonly seed: number;
  readonly founders: Iterator<Proposal, void, void>;
  readonly neighbours: (parent: Proposal) => Proposal[];
}

interface Member {
  readonly proposal: Proposal;
  readonly fitness: number;
}

function* evolve({ trials, population: size, sample, children: most, seed, founders, neighbours }: Evolution): SearchStrategy {
  const founded = yield* tryUntil(size, founders, trials - size);
  const population: Member[] = founded.map((trial) => ({ proposal: { arch: trial.arch, theta: trial.theta }, fitness: fitnessOf(trial) })); // The oldest first.
  if (population.length === 0) return;
  const proposed = new Set(population.map(({ proposal }) => trialKey(proposal)));
  let made = population.length;
  for (let generation = 0; made < trials; generation++) {
    const births = Array.from({ length: Math.min(most, trials - made) }, (_, i) => {
      const draw = random(seed, "child", generation, i);
      const child = mutation(tournament(population, sample, draw).proposal, neighbours, proposed, draw);
      const isNew = !proposed.has(trialKey(child));
      proposed.add(trialKey(child));
      return { child, isNew };
    });
    const outcomes: readonly ProposalOutcome[] = yield { proposals: births.map(({ child }) => child), later: trials - made - births.length };
    births.forEach(({ child, isNew }, i) => {
      const lives = "status" in outcomes[i]!;
      if (lives) population.push({ proposal: child, fitness: fitnessOf(outcomes[i]!) });
      if (lives || !isNew) made++; // Rejected children come to an end, as the space does; the same ones come again, so those count.
    });
    population.splice(0, population.length - size);
  }
}

/** The fittest of some members drawn with replacement; of equal ones the first drawn. */
function tournament(population: readonly Member[], sample: number, draw: Random): Member {
  const drawn = Array.from({ length: sample }, () => population[draw.integer(population.length)]!);
  return drawn.reduce((best, next) => (next.fitness > best.fitness ? next : best));
}

/** A neighbour of the parent that was not proposed yet, else any; a parent without neighbours is its own child. */
function mutation(parent: Proposal, neighbours: (parent: Proposal) => Proposal[], proposed: ReadonlySet<string>, draw: Random): Proposal {
  const near = neighbours(parent);
  const untried = near.filter((each) => !proposed.has(trialKey(each)));
  const choices = untried.length > 0 ? untried : near;
  return choices.length > 0 ? choices[draw.integer(choices.length)]! : parent;
}
