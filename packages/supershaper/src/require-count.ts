import { SuperShaperError } from "./supershaper-error.js";

/** Returns a number of things if it is a whole number from `least`; @throws SuperShaperError `supershaper/bad-option` */
export function requireCount(count: number, what: string, least: number = 1): number {
  if (Number.isSafeInteger(count) && count >= least) return count;
  throw new SuperShaperError("supershaper/bad-option", `supershaper: the number of ${what} must be a whole number from ${least}, got ${count}; correct it`);
}

/** Returns a probability; @throws SuperShaperError `supershaper/bad-option` */
export function requireProbability(probability: number, what: string): number {
  if (probability >= 0 && probability <= 1) return probability;
  throw new SuperShaperError("supershaper/bad-option", `supershaper: the probability of ${what} must be in [0, 1], got ${probability}; correct it`);
}
