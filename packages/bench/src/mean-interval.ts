import { studentCriticalValue } from "@bort/fptas";
import { requireCount } from "./require-count.js";

/** The mean of a few measurements, and how far that of many may be from it. */
export interface MeanInterval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** Probability that the interval covers the expected value, where measurements are normally distributed. */
  readonly level: number;
  readonly count: number;
}

/** Student's t interval of the mean of at least two numbers; throws `bench/bad-option`. */
export function meanInterval(values: readonly number[], level: number = 0.95): MeanInterval {
  const count = requireCount("the measurements of an interval", values.length, 2);
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  const halfWidth = studentCriticalValue(level, count - 1) * Math.sqrt(variance / count);
  return { mean, low: mean - halfWidth, high: mean + halfWidth, level, count };
}
