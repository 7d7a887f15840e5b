import { makeFolds } from "@bort/predictors";

/** Which rows a predictor is fitted to, and which it is judged by. */
export interface TableSplit {
  /** Rows that it is fitted to. */
  readonly size: number;
  readonly draw: number;
  readonly fold: number;
  readonly training: readonly number[];
  readonly test: readonly number[];
}

export interface TableSplitsOptions {
  /** Numbers of training rows; one that a fold does not have is left out, and "all" is the most that every fold has. */
  readonly sizes: readonly (number | "all")[];
  /** How often the table is cut into folds anew. */
  readonly draws: number;
  readonly folds: number;
}

/** Every draw, fold and size: of each fold's training part the first rows, so that all sizes are judged by the same test rows, and smaller ones are parts of larger. */
export function tableSplits(rows: number, { sizes, draws, folds }: TableSplitsOptions): TableSplit[] {
  const whole = rows - Math.ceil(rows / folds); // Some folds have a row more.
  const counts = sizes.map((size) => (size === "all" ? whole : size)).filter((size) => size <= whole);
  return Array.from({ length: draws }, (_, draw) => makeFolds(rows, { folds, seed: draw }).map(({ training, test }, fold) => ({ draw, fold, training, test }))).flat()
    .flatMap(({ training, ...split }) => counts.map((size) => ({ ...split, size, training: training.slice(0, size) })));
}
