import { FptasError } from "./fptas-error.js";

/** Returns a number of things if it is a whole number in [least, most]; throws `fptas/bad-option` otherwise. */
export function requireCount(count: number, what: string, least: number = 1, most: number = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(count) && count >= least && count <= most) return count;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `in [${least}, ${most}]`;
  throw new FptasError("fptas/bad-option", `fptas: the number of ${what} must be a whole number ${range}, got ${count}; correct it`);
}
