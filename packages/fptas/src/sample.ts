import { FptasError } from "./fptas-error.js";

/** What statistics need to know of repeated measurements. */
export interface Sample {
  readonly count: number;
  readonly mean: number;
  /** Of one measurement, without bias: the sum of squared deviations over count - 1. */
  readonly variance: number;
}

/** @throws FptasError `fptas/bad-repeats` for fewer than two values, which show no spread */
export function sampleOf(values: readonly number[]): Sample {
  const count = values.length;
  if (count < 2) throw new FptasError("fptas/bad-repeats", `fptas: an interval needs the errors of at least two seeds, got ${count}; train the candidate with more`);
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  return { count, mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1) };
}

/** Returns `level` if it lies in (0, 1); throws `fptas/bad-level` otherwise. */
export function requireLevel(level: number): number {
  if (level > 0 && level < 1) return level;
  throw new FptasError("fptas/bad-level", `fptas: a confidence level must lie between 0 and 1, got ${level}; 0.95 is usual`);
}
