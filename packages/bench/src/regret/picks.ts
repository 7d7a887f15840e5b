import { formatTuple } from "@bort/arch";
import { type MaximumPoint, type MeasuredCandidate, selectCandidates, wCoefficient } from "@bort/fptas";

/** Points of a design space, none beyond the maximum point. */
export interface MeasuredSpace {
  readonly maximumPoint: MaximumPoint;
  readonly points: readonly MeasuredCandidate[];
}

/** W of every point with these errors; -Infinity where the error cannot be ranked. */
export const wOfPoints = ({ points, maximumPoint }: MeasuredSpace, errors: readonly number[]): number[] => points.map((point, i) => {
  const coefficient = wCoefficient({ ...point, error: errors[i]! }, maximumPoint);
  return coefficient.status === "scored" ? coefficient.w : -Infinity;
});

/** The points that the FPTAS tries, by index, in its order; it picks the first of the largest W among them. */
export function triedByFptas({ points }: MeasuredSpace, epsilon: number, offset: number): number[] {
  const indexOf = new Map(points.map(({ arch }, i) => [formatTuple(arch), i]));
  const { candidates } = selectCandidates(points.map(({ arch }) => arch), {
    epsilon, offset, orderBy: (arch) => points[indexOf.get(formatTuple(arch))!]!.parameters,
  });
  return candidates.map((arch) => indexOf.get(formatTuple(arch))!);
}

/** The first of the largest. */
export const largestOf = (indices: readonly number[], w: readonly number[]): number => indices.reduce((best, i) => (w[i]! > w[best]! ? i : best));

/**
 * The probability that random search, which draws `trials` points without repetition, picks each point: that of drawing it and none of larger W. With r points
 * before it, C(N - 1 - r, m - 1) / C(N, m) of the draws.
 */
export function randomPickProbabilities(w: readonly number[], trials: number): number[] {
  const order = w.map((_, i) => i).sort((a, b) => w[b]! - w[a]! || a - b);
  const probabilities = new Array<number>(w.length);
  let probability = trials / w.length;
  for (const [before, i] of order.entries()) {
    probabilities[i] = probability;
    probability *= Math.max(0, w.length - before - trials) / (w.length - 1 - before);
  }
  return probabilities;
}
