import { type MaximumPoint } from "@bort/fptas";
import { spearmanCorrelation } from "@bort/predictors";
import { type RegretAnalysis, analyzeRegret } from "./analyze-regret.js";
import { type ErrorTable, finalScores } from "./error-table.js";
import { type LongerTraining, type MeasuredErrors } from "./measure-errors.js";

/** How far a training in full is from its end. */
export interface Flatness {
  /** Held-out MLM loss that the last fifth of the steps took away, mean over the points. */
  readonly lastFifth: number;
  /** What twice the steps took away from the error, mean over the points that were trained so. */
  readonly twice: number;
  /** Rank correlation of the errors of these points after the steps, and after twice as many. */
  readonly rankCorrelation: number;
}

export interface RegretFindings extends MeasuredErrors {
  readonly flatness: Flatness;
  /** Below the teacher, which lies outside the grid, and below the largest point of the grid. */
  readonly analyses: Readonly<Record<"teacher" | "largest point", RegretAnalysis>>;
}

/** The strides that are compared. */
const EPSILONS = [1, 2, 3, 4, 6, 8];

/** All that is to be told of measured errors; pure. */
export function regretFindings(measured: MeasuredErrors, epsilons: readonly number[] = EPSILONS): RegretFindings {
  const { table, curves, longer } = measured;
  return {
    ...measured,
    flatness: { lastFifth: meanOf(curves.map(lastFifthOf)), ...twiceOf(longer) },
    analyses: { "teacher": analyzeRegret(table, { epsilons }), "largest point": analyzeRegret(table, { epsilons, maximumPoint: largestPoint(table) }) },
  };
}

const largestPoint = ({ points }: ErrorTable): MaximumPoint => ({
  parameters: Math.max(...points.map(({ parameters }) => parameters)), latencyMs: Math.max(...points.map(({ latencyMs }) => latencyMs)),
});

function lastFifthOf(curve: MeasuredErrors["curves"][number]): number {
  const [steps, loss] = curve.at(-1)!;
  const before = curve.findLast(([step]) => step <= 0.8 * steps) ?? curve[0]!;
  return before[1] - loss;
}

function twiceOf(longer: readonly LongerTraining[]): Omit<Flatness, "lastFifth"> {
  const [once, twice] = [longer.map((each) => each.once.error), longer.map((each) => each.twice.error)];
  return { twice: meanOf(once.map((error, i) => error - twice[i]!)), rankCorrelation: spearmanCorrelation(once, twice) };
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The least and the most of each score after full training. */
export function scoreRanges(table: ErrorTable): Readonly<Record<"error" | "loss" | "accuracy", readonly [least: number, most: number]>> {
  const final = finalScores(table);
  const range = (score: "error" | "loss" | "accuracy"): [number, number] => {
    const values = final.map((each) => each[score]);
    return [Math.min(...values), Math.max(...values)];
  };
  return { error: range("error"), loss: range("loss"), accuracy: range("accuracy") };
}
