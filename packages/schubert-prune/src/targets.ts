import { parseCount } from "@bort/arch";
import { SchubertError } from "./schubert-error.js";
import { shownValue } from "./shown-value.js";

/** What a network is pruned to: a value of the objective, or the share that is left of what the network has. */
export type PruningTarget = { readonly fraction: number } | { readonly value: number };

/**
 * Targets as they are written, one or several: `66M,43.5M`, `1.2e9`, `3` as values, `0.75,0.5` as fractions.
 *
 * @throws SchubertError `schubert-prune/bad-option`
 */
export function parseTargets(text: string, kind: "fraction" | "value"): PruningTarget[] {
  return text.split(",").map((word) => {
    const written = word.trim();
    const number = parseCount(written) ?? 0;
    if (kind === "value" && number > 0) return { value: number };
    if (kind === "fraction" && /^[\d.]+$/.test(written) && number > 0 && number < 1) return { fraction: number };
    const [needed, example] = kind === "value" ? ["a number above 0, with k, M or G for thousands, millions, billions", "66M and 66e6 are 66,000,000"]
      : ["a fraction between 0 and 1", "0.5 is half of the network"];
    throw badOption(`a target must be ${needed}, got "${written}" in "${text}"`, example);
  });
}

/**
 * Targets in the objective's unit, the largest first.
 *
 * @param whole - what the network has before anything is cut
 * @throws SchubertError `schubert-prune/unreachable-target` for one that is not below the whole, or not above 0; `schubert-prune/bad-option` for none, or one that is there twice
 */
export function targetValues(targets: readonly PruningTarget[], whole: number): number[] {
  const values = targets.map((target) => ("value" in target ? target.value : target.fraction * whole)).sort((a, b) => b - a);
  const beyond = values.find((value) => !(value > 0 && value < whole));
  if (beyond !== undefined) {
    throw new SchubertError("schubert-prune/unreachable-target",
      `schubert-prune: a target must be above 0 and below ${shownValue(whole)}, what the network has, got ${shownValue(beyond)}; ${beyond >= whole ? "lower" : "raise"} it`);
  }
  if (values.length === 0) throw badOption("pruning needs a target, got none", "name one");
  const twice = values.find((value, i) => value === values[i - 1]);
  if (twice !== undefined) throw badOption(`each target may be there once, got ${shownValue(twice)} twice`, "leave one out");
  return values;
}

const badOption = (problem: string, advice: string): SchubertError => new SchubertError("schubert-prune/bad-option", `schubert-prune: ${problem}; ${advice}`);
