import { type GrowTreeOptions } from "./grow-tree.js";
import { PredictorsError } from "./predictors-error.js";

export interface BoostTreesOptions {
  /** Trees, at most. Default 1000. */
  readonly trees?: number;
  /** Questions from a tree's root to a leaf, at most. Default 5. */
  readonly maxDepth?: number;
  /** What each tree's values are multiplied by (shrinkage). Default 0.1. */
  readonly learningRate?: number;
  /** Share of the rows that each tree is grown on, drawn without replacement. Default 0.8. */
  readonly subsample?: number;
  /** Rows in a leaf, at least. Default 1. */
  readonly minLeafRows?: number;
  /** Penalty on squared leaf values. Default 1. */
  readonly l2?: number;
  /** Holds a share of the rows out, and keeps the trees up to the least error there, once `rounds` more have not lowered it. Default: none is held out. */
  readonly earlyStopping?: { readonly share: number; readonly rounds: number };
  /** Draws the rows of each tree, and those that are held out. Default 0. */
  readonly seed?: number;
}

/** The same with its defaults. */
export type BoostSettings = GrowTreeOptions & Required<Omit<BoostTreesOptions, "earlyStopping">> & Pick<BoostTreesOptions, "earlyStopping">;

/** 1000 trees of depth 5 at a rate of 0.1 on 80% of the rows are those of SuperShaper's predictors; the others are XGBoost's defaults. */
const DEFAULTS = { trees: 1000, maxDepth: 5, learningRate: 0.1, subsample: 0.8, minLeafRows: 1, l2: 1, seed: 0 } as const;

/** @throws PredictorsError `predictors/bad-option` */
export function boostSettings(options: BoostTreesOptions, rows: number): BoostSettings {
  const settings = { ...DEFAULTS, ...options };
  const { trees, maxDepth, minLeafRows, learningRate, subsample, l2, earlyStopping } = settings;
  for (const [name, value] of Object.entries({ trees, maxDepth, minLeafRows })) {
    requireThat(Number.isSafeInteger(value) && value >= 1, `${name} must be a whole number from 1`, value);
  }
  requireThat(learningRate > 0 && learningRate <= 1, "learningRate must be above 0 and at most 1", learningRate);
  requireThat(subsample > 0 && subsample <= 1, "subsample must be above 0 and at most 1", subsample);
  requireThat(l2 >= 0 && Number.isFinite(l2), "l2 must be from 0", l2);
  if (earlyStopping !== undefined) {
    const { share, rounds } = earlyStopping;
    requireThat(share > 0 && heldOutRows(share, rows) < rows, `earlyStopping.share must be above 0 and leave some of ${rows} rows to grow trees on`, share);
    requireThat(Number.isSafeInteger(rounds) && rounds >= 1, "earlyStopping.rounds must be a whole number from 1", rounds);
  }
  return settings;
}

/** At least one. */
export const heldOutRows = (share: number, rows: number): number => Math.max(1, Math.round(share * rows));

function requireThat(holds: boolean, needed: string, got: number): void {
  if (!holds) throw new PredictorsError("predictors/bad-option", `predictors: ${needed}, got ${got}`);
}
