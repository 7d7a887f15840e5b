import { SchubertError } from "./schubert-error.js";

/** What a round has to reach. */
export interface RoundTarget {
  readonly value: number;
  /** Whether it is one of the run's targets, and no step on the way to the next. */
  readonly isTarget: boolean;
}

/**
 * The value to reach in each round, in equal steps to the last target, so that each target is met by the end of a round.
 *
 * Each target has one round at least; each further round goes to the target whose steps would be largest otherwise.
 *
 * @param from - what the network has
 * @param targets - below that, the largest first, as `targetValues` gives them
 * @throws SchubertError `schubert-prune/bad-option` for fewer rounds than targets
 *
 * Source: schuBERT, algorithm 1: eta / T in each of T rounds.
 */
export function roundTargets(from: number, targets: readonly number[], rounds: number): RoundTarget[] {
  if (!(Number.isSafeInteger(rounds) && rounds >= targets.length)) {
    throw new SchubertError("schubert-prune/bad-option",
      `schubert-prune: rounds must be a whole number from ${targets.length} on, one for each target at least, got ${rounds}; make more of them`);
  }
  const falls = targets.map((target, i) => (targets[i - 1] ?? from) - target);
  const shares = falls.map(() => 1);
  for (let given = targets.length; given < rounds; given++) {
    const steps = falls.map((fall, i) => fall / shares[i]!);
    shares[steps.indexOf(Math.max(...steps))]!++;
  }
  return targets.flatMap((target, i) => Array.from({ length: shares[i]! }, (_, round): RoundTarget => {
    const left = shares[i]! - 1 - round;
    return { value: target + (falls[i]! * left) / shares[i]!, isTarget: left === 0 };
  }));
}
