import { AgoraError } from "./agora-error.js";
import { type HyperparameterSet } from "./hyperparameter-sets.js";

/** Says which sets leave Theta after a round. */
export interface PruneRule {
  readonly name: string;
  /** Places of those that shall leave. `sets` are those of the round by accuracy, the worst first; `theta` all that the run began with. */
  readonly leaving: (sets: readonly HyperparameterSet[], theta: readonly HyperparameterSet[]) => readonly number[];
}

/**
 * Applies a rule: at least one set leaves, the worst where the rule names none, and the best of the round stays while there are others.
 *
 * @param sets - by accuracy, the worst first; at least one
 * @param theta - all that the run began with
 * @returns places of those that leave, in ascending order
 */
export function prune(rule: PruneRule, sets: readonly HyperparameterSet[], theta: readonly HyperparameterSet[] = sets): readonly number[] {
  const best = sets.length - 1;
  if (best === 0) return [0];
  const leaving = [...new Set(rule.leaving(sets, theta))].filter((place) => Number.isInteger(place) && place >= 0 && place < best).sort((a, b) => a - b);
  return leaving.length === 0 ? [0] : leaving;
}

export interface LcsRootOptions {
  /** From which end the run begins: `ascending` at the worst set; `descending` at the best, which itself stays. Default `ascending`. */
  readonly order?: "ascending" | "descending";
  /** Whether a value that all of Theta has counts as one in common: then all sets but the best leave at once. Default `false`. */
  readonly constants?: boolean;
}

/**
 * The longest run from the first set on that has a common subsequence of values leaves: every set of it shares with all the others at least one value, in the
 * same place. Nearly equal neighbours of a bad set go with it.
 *
 * Source: de Wynter 2020 (arXiv 2010.07990) prunes what belongs to "the longest common sequence, rooted at the first element"; that a run has to be unbroken
 * and that values are compared by name, those that differ within Theta, is our reading.
 */
export function lcsRoot({ order = "ascending", constants = false }: LcsRootOptions = {}): PruneRule {
  return {
    name: `lcs-root${order === "descending" ? "-descending" : ""}${constants ? "-with-constants" : ""}`,
    leaving: (sets, theta) => {
      const places = sets.map((_, place) => place);
      if (order === "descending") places.reverse();
      const differs = (name: string): boolean => theta.some((set) => set[name] !== theta[0]![name]);
      let common = Object.entries(sets[places[0]!]!).filter(([name]) => constants || differs(name));
      const end = places.findIndex((place) => {
        common = common.filter(([name, value]) => sets[place]![name] === value);
        return common.length === 0;
      });
      return end === -1 ? places : places.slice(0, end);
    },
  };
}

/** The worst set alone leaves: as many rounds as there are sets. */
export const worstOnly: PruneRule = { name: "worst-only", leaving: () => [0] };

/** A share of the sets leaves, the worst ones: floor(share x |Theta|). @throws AgoraError `agora/bad-option` unless 0 < share <= 1 */
export function rankPrefix(share: number = 0.5): PruneRule {
  if (!(share > 0 && share <= 1)) throw new AgoraError("agora/bad-option", `agora: the share of sets that leave must be above 0 and at most 1, got ${share}`);
  return { name: `rank-prefix-${share}`, leaving: (sets) => sets.map((_, place) => place).slice(0, Math.floor(share * sets.length)) };
}
