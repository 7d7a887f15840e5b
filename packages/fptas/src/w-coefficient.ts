import { FptasError } from "./fptas-error.js";

/** The two surrogates that need no training: p^ and i^ of one network. */
export interface SizeAndLatency {
  /** p^: trainable scalars. */
  readonly parameters: number;
  /** i^: time of one forward pass, in milliseconds, taken the same way for every network of a search. */
  readonly latencyMs: number;
}

/** T: what every candidate is measured against. It may lie outside the space, and its error is never used. */
export type MaximumPoint = SizeAndLatency;

/** All three surrogates of a trained candidate. */
export interface Surrogates extends SizeAndLatency {
  /** e^: mean loss on held-out data, 0 or more. */
  readonly error: number;
}

/** Why a candidate has no place below T: it has more parameters, or it is slower. */
export type RejectionReason = "more-parameters" | "slower";

/** The W-coefficient of a candidate, or why it has none: it lies beyond T (`rejected`), or its error is not a number that can be ranked (`failed`). */
export type WCoefficient =
  | { readonly status: "scored"; readonly w: number }
  | { readonly status: "rejected"; readonly reason: RejectionReason }
  | { readonly status: "failed"; readonly reason: string };

export interface WCoefficientOptions {
  /** Errors below this count as this, so that a perfect candidate does not divide by zero. Default {@link defaultErrorFloor}. */
  readonly errorFloor?: number;
}

export const defaultErrorFloor = 1e-7;

/**
 * Scores how much smaller and faster than T a candidate is for the error that it makes:
 *
 *     W(f, T) = (p(T) - p(f)) (i(T) - i(f)) / (p(T) i(T) e(f))        Bort eq. 2
 *
 * W has no unit and is 0 or more. A candidate beyond T in parameters or latency is rejected: beyond it in both, two negative factors would make a positive W.
 * Throws `fptas/bad-maximum-point`, `fptas/bad-objective` (parameters or latency that are no measurement) and `fptas/bad-error-floor`.
 */
export function wCoefficient(candidate: Surrogates, maximumPoint: MaximumPoint, options: WCoefficientOptions = {}): WCoefficient {
  const floor = requireErrorFloor(options.errorFloor ?? defaultErrorFloor);
  const reason = rejectionOf(candidate, maximumPoint);
  if (reason !== undefined) return { status: "rejected", reason };
  const { parameters, latencyMs, error } = candidate;
  // Rounding may take a loss of zero a little below it; anything lower is no surrogate error.
  if (!Number.isFinite(error) || error < -floor) return { status: "failed", reason: unrankable(error) };
  const smaller = (maximumPoint.parameters - parameters) / maximumPoint.parameters;
  const faster = (maximumPoint.latencyMs - latencyMs) / maximumPoint.latencyMs;
  return { status: "scored", w: (smaller * faster) / Math.max(error, floor) };
}

/**
 * Tells whether a candidate lies beyond T, which is known before it is trained; `undefined` is no.
 *
 * Throws `fptas/bad-maximum-point` and `fptas/bad-objective` as {@link wCoefficient} does.
 */
export function rejectionOf(candidate: SizeAndLatency, maximumPoint: MaximumPoint): RejectionReason | undefined {
  requireMaximumPoint(maximumPoint);
  requireMeasurement(candidate.parameters, "the parameters of a candidate");
  requireMeasurement(candidate.latencyMs, "the latency of a candidate");
  if (candidate.parameters > maximumPoint.parameters) return "more-parameters";
  return candidate.latencyMs > maximumPoint.latencyMs ? "slower" : undefined;
}

/** Throws `fptas/bad-maximum-point` unless both of T's surrogates are finite and above 0. */
export function requireMaximumPoint({ parameters, latencyMs }: MaximumPoint): void {
  if ([parameters, latencyMs].every((value) => Number.isFinite(value) && value > 0)) return;
  throw new FptasError("fptas/bad-maximum-point",
    `fptas: the maximum point must have parameters and a latency above 0, got ${parameters} and ${latencyMs} ms; count and measure the largest network`);
}

/** Returns `value` if it is finite and not negative; throws `fptas/bad-objective` otherwise. */
export function requireMeasurement(value: number, what: string): number {
  if (Number.isFinite(value) && value >= 0) return value;
  throw new FptasError("fptas/bad-objective", `fptas: ${what} must be a finite number of 0 or more, got ${value}; correct the function that gives it`);
}

/** Returns `floor` if it is finite and above 0; throws `fptas/bad-error-floor` otherwise. */
export function requireErrorFloor(floor: number): number {
  if (Number.isFinite(floor) && floor > 0) return floor;
  throw new FptasError("fptas/bad-error-floor", `fptas: the error floor must be a number above 0, got ${floor}; leave it out for ${defaultErrorFloor}`);
}

/** Why an error cannot be ranked. */
export const unrankable = (error: number): string => `its error is ${error}, not a finite number of 0 or more`;
