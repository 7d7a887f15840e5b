import { AgoraError } from "./agora-error.js";
import { type HyperparameterSet } from "./hyperparameter-sets.js";

/**
 * Each set of Theta must be there once: models of equal sets would be trained alike and go by one name.
 *
 * @throws AgoraError `agora/bad-option`, which tells the first set that is there again
 */
export function requireDistinctSets(sets: readonly HyperparameterSet[]): void {
  const places = new Map<string, number>();
  for (const [i, set] of sets.entries()) {
    const key = JSON.stringify(Object.entries(set).sort(([a], [b]) => (a < b ? -1 : 1)));
    const before = places.get(key);
    if (before !== undefined) throw new AgoraError("agora/bad-option", `agora: Theta needs every hyperparameter set once, got ${JSON.stringify(set)} as set ${before} and set ${i}; leave one out`);
    places.set(key, i);
  }
}
