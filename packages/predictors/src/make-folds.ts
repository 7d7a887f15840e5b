import { random } from "@bort/data";
import { PredictorsError } from "./predictors-error.js";

/** Indices of rows: those to fit to, and those to test on. */
export interface Fold {
  readonly training: readonly number[];
  readonly test: readonly number[];
}

export interface FoldsOptions {
  /** Default 5. */
  readonly folds?: number;
  /** Draws which row is in which fold. Default 0. */
  readonly seed?: number;
}

/**
 * Each of `count` rows in the test part of one fold, in a seeded order; parts differ by one row at most.
 *
 * @throws PredictorsError `predictors/bad-option` for fewer than 2 folds, or more than rows
 */
export function makeFolds(count: number, { folds = 5, seed = 0 }: FoldsOptions = {}): Fold[] {
  if (!(Number.isSafeInteger(folds) && folds >= 2 && folds <= count)) {
    throw new PredictorsError("predictors/bad-option", `predictors: cross-validation of ${count} rows needs a whole number of folds from 2 to ${count}, got ${folds}`);
  }
  const order = random(seed, "folds").shuffle(Array.from({ length: count }, (_, i) => i));
  const starts = Array.from({ length: folds + 1 }, (_, fold) => Math.floor((fold * count) / folds));
  return starts.slice(1).map((end, fold) => ({ training: [...order.slice(0, starts[fold]), ...order.slice(end)], test: order.slice(starts[fold], end) }));
}
