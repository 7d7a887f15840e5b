import { requireLevel, sampleOf } from "./sample.js";
import { studentPValue } from "./student-t.js";
import { type MaximumPoint } from "./w-coefficient.js";
import { type RepeatedCandidate, scoreAt } from "./w-interval.js";

export interface SeparationOptions {
  readonly maximumPoint: MaximumPoint;
  /** Two candidates are separated where the p-value is below 1 - level. Default 0.95. */
  readonly level?: number;
}

/** Whether two candidates differ in W by more than their seeds do. */
export interface Separation {
  /** The one of the larger W at the mean error; `neither` is a tie. */
  readonly larger: "first" | "neither" | "second";
  readonly separated: boolean;
  /** Probability of means at least as far apart if both had the same W; two-sided. */
  readonly pValue: number;
  readonly level: number;
}

/**
 * Compares two candidates, for example the first and the second of a ranking, by Welch's t test on 1 / W.
 *
 * 1 / W is a seed's error times a constant of the candidate, so it is as normal as the errors are, which W itself is not; the larger W is the smaller 1 / W.
 * Both sides are multiplied by the constants, so that a candidate as large or slow as the maximum point, whose W is 0, has a place. Seeds of different
 * candidates count as independent. The test is of these two alone: a winner picked out of many leads by chance more often than the p-value says.
 *
 * @throws FptasError what `wInterval` throws
 *
 * Source: Welch 1947.
 */
export function separation(first: RepeatedCandidate, second: RepeatedCandidate, options: SeparationOptions): Separation {
  const { maximumPoint } = options;
  const level = requireLevel(options.level ?? 0.95);
  for (const candidate of [first, second]) for (const error of candidate.errors) scoreAt(error, candidate, maximumPoint);
  const [firstGain, secondGain] = [scoreAt(1, first, maximumPoint), scoreAt(1, second, maximumPoint)];
  const a = sampleOf(first.errors.map((error) => error * secondGain));
  const b = sampleOf(second.errors.map((error) => error * firstGain));
  const [aSquared, bSquared] = [a.variance / a.count, b.variance / b.count]; // Squared standard errors of the means.
  const difference = b.mean - a.mean;
  const degreesOfFreedom = (aSquared + bSquared) ** 2 / (aSquared ** 2 / (a.count - 1) + bSquared ** 2 / (b.count - 1));
  const pValue = difference === 0 ? 1 : aSquared + bSquared === 0 ? 0 : studentPValue(Math.abs(difference) / Math.sqrt(aSquared + bSquared), degreesOfFreedom);
  return { larger: difference === 0 ? "neither" : difference > 0 ? "first" : "second", separated: pValue < 1 - level, pValue, level };
}
