import { FptasError } from "./fptas-error.js";
import { requireLevel, sampleOf } from "./sample.js";
import { studentCriticalValue } from "./student-t.js";
import { type MaximumPoint, type SizeAndLatency, wCoefficient, type WCoefficientOptions } from "./w-coefficient.js";

/** A candidate that was trained more than once. */
export interface RepeatedCandidate extends SizeAndLatency {
  /** e^ with each seed, at least two. */
  readonly errors: readonly number[];
}

export interface WIntervalOptions extends WCoefficientOptions {
  /** Probability that the interval covers the W of the expected error. Default 0.95. */
  readonly level?: number;
}

/** W at the mean error of several seeds, and how far it may be off. */
export interface WInterval {
  /** W at the mean error. */
  readonly w: number;
  readonly low: number;
  /** At most W at the error floor. */
  readonly high: number;
  readonly level: number;
  readonly seeds: number;
  readonly meanError: number;
}

/**
 * W with a confidence interval from repeated seeds: Student's t interval of the mean error, carried through W.
 *
 * W falls with the error, so the ends of the error's interval are those of W's, with the same coverage and no approximation of 1/e; a few seeds are too few
 * values to draw a bootstrap from. Size and latency are taken as exact. The coverage is exact for normally distributed errors.
 *
 * @throws FptasError `fptas/bad-repeats` for fewer than two seeds, `fptas/bad-level`, `fptas/bad-objective` for an error that cannot be ranked or a candidate
 * beyond the maximum point, and what {@link wCoefficient} throws
 */
export function wInterval(candidate: RepeatedCandidate, maximumPoint: MaximumPoint, options: WIntervalOptions = {}): WInterval {
  const level = requireLevel(options.level ?? 0.95);
  const { count, mean, variance } = sampleOf(candidate.errors);
  const halfWidth = studentCriticalValue(level, count - 1) * Math.sqrt(variance / count);
  const w = (error: number): number => scoreAt(error, candidate, maximumPoint, options);
  candidate.errors.forEach(w);
  return { w: w(mean), low: w(mean + halfWidth), high: w(Math.max(mean - halfWidth, 0)), level, seeds: count, meanError: mean };
}

/** W of a candidate if it had this error. */
export function scoreAt(error: number, { parameters, latencyMs }: SizeAndLatency, maximumPoint: MaximumPoint, options: WCoefficientOptions = {}): number {
  const coefficient = wCoefficient({ parameters, latencyMs, error }, maximumPoint, options);
  if (coefficient.status === "scored") return coefficient.w;
  throw new FptasError("fptas/bad-objective", `fptas: a candidate with several seeds must have a W, got one for which ${
    coefficient.status === "rejected" ? "there is none beyond the maximum point" : coefficient.reason}; leave it out`);
}
