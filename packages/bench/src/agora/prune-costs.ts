import { type HyperparameterSet, prune, type PruneRule } from "@bort/agora";
import { random } from "@bort/data";
import { type Spread, spreadOf } from "../spread.js";

/** Rounds and trainings until no set is left, where a round never ends without mistakes. */
export interface PruneCost {
  readonly rounds: number;
  readonly trainings: number;
}

/** How the accuracies of a simulation come about: `random` draws each anew in every round; `smooth` is a function of the set, and noise. */
export type SimulatedAccuracies = "random" | "smooth";

/** Costs of a rule over the seeds of a simulation. */
export interface SimulatedCost {
  readonly theta: string;
  readonly sets: number;
  readonly rule: string;
  readonly accuracies: SimulatedAccuracies;
  readonly rounds: Spread;
  readonly trainings: Spread;
  /** |Theta| (|Theta| + 1) / 2. */
  readonly mostTrainings: number;
}

export interface SimulateCostsOptions {
  /** Theta, by name. */
  readonly presets: Readonly<Record<string, readonly HyperparameterSet[]>>;
  readonly rules: readonly PruneRule[];
  readonly seeds: number;
}

/** What each rule costs on each Theta, without any training. */
export function simulateCosts({ presets, rules, seeds }: SimulateCostsOptions): SimulatedCost[] {
  return Object.entries(presets).flatMap(([theta, sets]) => rules.flatMap((rule) => (["random", "smooth"] as const).map((accuracies): SimulatedCost => {
    const costs = Array.from({ length: seeds }, (_, seed) => pruneCost(sets, rule, simulatedAccuracies(accuracies, sets, seed)));
    return {
      theta, sets: sets.length, rule: rule.name, accuracies, rounds: spreadOf(costs.map(({ rounds }) => rounds)), trainings: spreadOf(costs.map(({ trainings }) => trainings)),
      mostTrainings: (sets.length * (sets.length + 1)) / 2,
    };
  })));
}

/** Prunes Theta until it is empty; `accuraciesIn` gives those of all sets in a round, counted from 1. */
export function pruneCost(sets: readonly HyperparameterSet[], rule: PruneRule, accuraciesIn: (round: number) => ArrayLike<number>): PruneCost {
  let left = sets.map((_, set) => set);
  let [rounds, trainings] = [0, 0];
  while (left.length > 0) {
    rounds++;
    trainings += left.length;
    const accuracies = accuraciesIn(rounds);
    const ranked = left.toSorted((a, b) => accuracies[a]! - accuracies[b]! || b - a);
    const leaving = new Set(prune(rule, ranked.map((set) => sets[set]!), sets).map((place) => ranked[place]));
    left = left.filter((set) => !leaving.has(set));
  }
  return { rounds, trainings };
}

/** Deviation of the noise of a smooth accuracy. */
const NOISE = 0.02;

/**
 * The accuracies of every set by round. A smooth one is 0.8 - sum of w (x - c)^2 over the names of a set but `seed`, and normal noise of deviation 0.02 anew in
 * each round: x is the place of the value among those of Theta, from 0 to 1, w is uniform below 0.4 and c below 1, both drawn once.
 */
export function simulatedAccuracies(kind: SimulatedAccuracies, sets: readonly HyperparameterSet[], seed: number): (round: number) => Float64Array {
  if (kind === "random") {
    return (round) => {
      const rng = random(seed, "accuracies", round);
      return Float64Array.from(sets, () => rng.uniform());
    };
  }
  const names = Object.keys(sets[0]!).filter((name) => name !== "seed");
  const heights = new Float64Array(sets.length).fill(0.8);
  for (const name of names) {
    const [values, rng] = [[...new Set(sets.map((set) => set[name]))], random(seed, "height", name)];
    const [weight, best] = [0.4 * rng.uniform(), rng.uniform()];
    sets.forEach((set, i) => { heights[i]! -= weight * (values.indexOf(set[name]) / Math.max(1, values.length - 1) - best) ** 2; });
  }
  return (round) => {
    const rng = random(seed, "noise", round);
    return heights.map((height) => height + NOISE * rng.normal());
  };
}
