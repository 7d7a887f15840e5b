import { BenchError } from "./bench-error.js";

/** Returns `value` where it is a whole number from `least`; @throws BenchError `bench/bad-option` */
export function requireCount(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new BenchError("bench/bad-option", `bench: ${name} must be a whole number from ${least}, got ${value}; take ${least} or more`);
}
