import { agreement, type CalibrationBin, calibrationBins, fitTrees } from "@bort/predictors";
import { type HeldOutPoint } from "../calibration-section.js";
import { type MeanSpread, meanSpread } from "../mean-spread.js";
import { type MeasuredQuantity, type ShapeTable, type TableRow } from "./shape-table.js";
import { type Subject } from "./subjects.js";
import { type TableSplit, tableSplits, type TableSplitsOptions } from "./table-splits.js";

/** How good a predictor is that was fitted to some rows of a table; spreads are over folds and draws. */
export interface PredictorScore {
  readonly subject: string;
  readonly size: number;
  /** On the test rows. */
  readonly spearman: MeanSpread;
  readonly rSquared: MeanSpread;
  /**
   * What picks by the predictor give away, as shares of the least value: at each of four budgets of parameters, the row of the least prediction among those within the budget
   * against the row of the least value there; means over the budgets. Among the test rows, and among all rows of the table.
   */
  readonly regret: Readonly<Record<"test" | "table", MeanSpread>>;
}

/** Predictions for the test rows of the first draw, at the largest size. */
export interface HeldOutPredictions {
  readonly subject: string;
  readonly points: readonly HeldOutPoint[];
  readonly calibration: readonly CalibrationBin[];
}

export interface PredictorStudy {
  readonly table: string;
  readonly quantity: MeasuredQuantity;
  readonly rows: number;
  readonly splits: TableSplitsOptions;
  readonly scores: readonly PredictorScore[];
  readonly heldOut: readonly HeldOutPredictions[];
  /** Of 100 trees on the whole table, the parameters' share of the gain: all of it, and the mean of a split. */
  readonly parametersImportance?: Readonly<Record<"total" | "mean", number>>;
}

/** Shares of the rows, by parameters, that a budget lets through. */
const BUDGET_SHARES = [0.25, 0.5, 0.75, 1];

export async function studyPredictors(table: ShapeTable, subjects: readonly Subject[], options: TableSplitsOptions, tell: (line: string) => void = () => {}): Promise<PredictorStudy> {
  const splits = tableSplits(table.rows.length, options);
  const [scores, heldOut]: [PredictorScore[], HeldOutPredictions[]] = [[], []];
  for (const subject of subjects) {
    tell(`${table.name}: ${subject.name}, ${splits.length} fits`);
    const predictions = await subject.predictions(table, splits);
    scores.push(...scoresOf(subject.name, table.rows, splits, predictions));
    heldOut.push(heldOutOf(subject.name, table.rows, splits, predictions));
  }
  return {
    table: table.name, quantity: table.quantity, rows: table.rows.length, splits: options, scores, heldOut,
    ...(table.quantity === "latency" && { parametersImportance: parametersImportance(table) }),
  };
}

function scoresOf(subject: string, rows: readonly TableRow[], splits: readonly TableSplit[], predictions: readonly (readonly number[])[]): PredictorScore[] {
  const all = rows.map((_, i) => i);
  const each = splits.map(({ size, test }, split) => {
    const predicted = predictions[split]!;
    const { spearman, rSquared } = agreement(test.map((i) => predicted[i]!), test.map((i) => rows[i]!.value));
    return { size, spearman, rSquared, test: regretAmong(test, rows, predicted), table: regretAmong(all, rows, predicted) };
  });
  return [...new Set(each.map(({ size }) => size))].map((size) => {
    const spread = (field: Exclude<keyof (typeof each)[number], "size">): MeanSpread => meanSpread(each.filter((score) => score.size === size).map((score) => score[field]));
    return { subject, size, spearman: spread("spearman"), rSquared: spread("rSquared"), regret: { test: spread("test"), table: spread("table") } };
  });
}

/** The mean over the budgets of how far the value of the row with the least prediction lies above the least, as a share of it. */
export function regretAmong(candidates: readonly number[], rows: readonly TableRow[], predicted: readonly number[]): number {
  const bySize = [...candidates].sort((a, b) => rows[a]!.parameters - rows[b]!.parameters);
  return BUDGET_SHARES.reduce((sum, share) => {
    const within = bySize.slice(0, Math.ceil(share * bySize.length));
    const pick = within.reduce((best, i) => (predicted[i]! < predicted[best]! ? i : best));
    const least = Math.min(...within.map((i) => rows[i]!.value));
    return sum + (rows[pick]!.value / least - 1) / BUDGET_SHARES.length;
  }, 0);
}

function heldOutOf(subject: string, rows: readonly TableRow[], splits: readonly TableSplit[], predictions: readonly (readonly number[])[]): HeldOutPredictions {
  const largest = Math.max(...splits.map(({ size }) => size));
  const points = splits.flatMap(({ size, draw, test }, split) =>
    (size === largest && draw === 0 ? test.map((i) => ({ predicted: predictions[split]![i]!, measured: rows[i]!.value })) : []));
  return { subject, points, calibration: calibrationBins(points.map(({ predicted }) => predicted), points.map(({ measured }) => measured)) };
}

function parametersImportance({ rows }: ShapeTable): Readonly<Record<"total" | "mean", number>> {
  const parameters = new Map(rows.map((row) => [row.shape.join(), row.parameters]));
  const trees = fitTrees(rows, { trees: 100, features: (shape) => [parameters.get(shape.join())!] });
  return { total: trees.importance("total").at(-1)!, mean: trees.importance("mean").at(-1)! };
}
