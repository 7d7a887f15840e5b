import { type MaximumPoint, type MeasuredCandidate } from "@bort/fptas";
import { type HeldOutScores } from "./held-out-scores.js";

/** Errors of every point after `steps` steps of the search's own training, in the order of the points; NaN where training diverged. */
export interface SurrogateErrors {
  readonly steps: number;
  readonly seed: number;
  readonly errors: readonly number[];
}

/** All that is known of a grid whose every point was trained briefly and in full. */
export interface ErrorTable {
  /** i is counted in FLOPs. */
  readonly maximumPoint: MaximumPoint;
  readonly points: readonly MeasuredCandidate[];
  readonly surrogates: readonly SurrogateErrors[];
  /** Of each seed the scores of every point after full training. */
  readonly converged: readonly { readonly seed: number; readonly scores: readonly HeldOutScores[] }[];
}

/** Scores of each point after full training: means over the seeds. */
export const finalScores = ({ points, converged }: Pick<ErrorTable, "points" | "converged">): HeldOutScores[] =>
  points.map((_, i) => ({ error: meanOf(converged, i, "error"), loss: meanOf(converged, i, "loss"), accuracy: meanOf(converged, i, "accuracy") }));

const meanOf = (converged: ErrorTable["converged"], point: number, score: keyof HeldOutScores): number =>
  converged.reduce((sum, { scores }) => sum + scores[point]![score], 0) / converged.length;
