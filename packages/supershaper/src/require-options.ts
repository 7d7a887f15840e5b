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

/** @throws SuperShaperError `supershaper/bad-option` where a range holds nothing, or an end is no number */
export function requireRange(what: string, atLeast: number, atMost: number): void {
  if (atLeast <= atMost) return;
  throw new SuperShaperError("supershaper/bad-option",
    `supershaper: ${what} must be at least one number and at most another that is not below it, got ${atLeast} and ${atMost}; correct them`);
}
