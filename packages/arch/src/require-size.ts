import { ArchError, shown } from "./arch-error.js";

/** The largest size (rows, columns, layers, tokens) that is taken for meant: 2^24. */
const largestSize = 2 ** 24;

/** Whether `value` is a whole number of rows, columns, layers or tokens, 1 to 2^24. */
export function isSize(value: number): boolean {
  return (value | 0) === value && value >= 1 && value <= largestSize;
}

/**
 * Returns `value` if it is an integer in [`least`, `largest`].
 *
 * Throws `arch/bad-size` otherwise; `what` names the value in the message.
 */
export function requireSize(value: unknown, what: string, least: number = 1, largest: number = largestSize): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= largest) return value;
  throw new ArchError("arch/bad-size",
    `arch: ${what} must be an integer in [${least}, ${largest}], got ${shown(value)}; give a whole number in that range`);
}

/**
 * Returns `count` if a double holds it exactly.
 *
 * Throws `arch/too-large` beyond 2^53 - 1, where sums would silently round.
 */
export function requireExact(count: number, what: string): number {
  if (Number.isSafeInteger(count)) return count;
  throw new ArchError("arch/too-large",
    `arch: the count of ${what} must stay below 2^53 to be exact, got about ${count.toExponential(1)}; use smaller sizes`);
}
