import { random } from "@bort/data";
import { type BoostSettings, boostSettings, type BoostTreesOptions, heldOutRows } from "./boost-settings.js";
import { type FeatureColumns, growTree, rowsMarked, type SortedRows, sortedRows } from "./grow-tree.js";
import { PredictorsError } from "./predictors-error.js";
import { requireOneLength } from "./require-rows.js";
import { leafValue, type TreeNode } from "./tree-node.js";

/** The model as plain JSON. */
export interface BoostedTrees {
  /** Features of a row. */
  readonly features: number;
  /** The mean of the targets, which all trees' values are added to. */
  readonly base: number;
  readonly trees: readonly TreeNode[];
}

/**
 * Gradient-boosted regression trees for squared error (Friedman 2001, with his rows drawn for each tree of 2002), each tree grown on what those before it leave.
 * The same rows, options and seed give the same model.
 *
 * @param rows features of each, all of one length
 * @throws PredictorsError `predictors/bad-option`, `predictors/bad-rows`, `predictors/lengths-differ`
 */
export function boostTrees(rows: readonly (readonly number[])[], targets: readonly number[], options: BoostTreesOptions = {}): BoostedTrees {
  requireTable(rows, targets);
  const settings = boostSettings(options, rows.length);
  const { training, heldOut } = splitRows(rows.length, settings);
  const base = training.reduce((sum, row) => sum + targets[row]! / training.length, 0);
  const columns = rows[0]!.map((_, feature) => Float64Array.from(rows, (row) => row[feature]!)); // [features, rows]
  const residuals = Float64Array.from(targets, (target) => target - base);
  const sorted = onlyRows(sortedRows(columns), training, rows.length);
  const patience = settings.earlyStopping?.rounds ?? settings.trees;
  const trees: TreeNode[] = [];
  const best = { trees: 0, error: squaredError(residuals, heldOut) };
  while (trees.length < settings.trees && trees.length - best.trees < patience) {
    const tree = nextTree(columns, residuals, sorted, training, trees.length, settings);
    trees.push(tree);
    for (const [row, features] of rows.entries()) residuals[row]! -= leafValue(tree, features);
    const error = squaredError(residuals, heldOut);
    if (error < best.error) Object.assign(best, { trees: trees.length, error });
  }
  return { features: columns.length, base, trees: heldOut.length === 0 ? trees : trees.slice(0, best.trees) };
}

/** @throws PredictorsError `predictors/bad-rows`, `predictors/lengths-differ` */
function requireTable(rows: readonly (readonly number[])[], targets: readonly number[]): void {
  if (rows.length !== targets.length) {
    throw new PredictorsError("predictors/lengths-differ", `predictors: boosting needs one target for each row, got ${targets.length} for ${rows.length}`);
  }
  if ((rows[0]?.length ?? 0) === 0) throw new PredictorsError("predictors/bad-rows", `predictors: boosting needs rows of one feature or more, got ${rows.length} rows and no feature`);
  requireOneLength(rows);
  for (const [i, row] of rows.entries()) {
    if (![...row, targets[i]].every(Number.isFinite)) throw new PredictorsError("predictors/bad-rows", `predictors: features and targets must be finite, got row ${i + 1}: ${row.join(", ")} with ${targets[i]}`);
  }
}

function nextTree(columns: FeatureColumns, residuals: Float64Array, sorted: SortedRows, training: readonly number[], number: number, settings: BoostSettings): TreeNode {
  const { subsample, seed } = settings;
  if (subsample === 1) return growTree(columns, residuals, sorted, settings);
  const drawn = random(seed, "boost-trees", number).shuffle([...training]).slice(0, Math.max(1, Math.floor(subsample * training.length)));
  return growTree(columns, residuals, onlyRows(sorted, drawn, residuals.length), settings);
}

/** The same orders, of some of the rows. */
function onlyRows(sorted: SortedRows, rows: readonly number[], count: number): SortedRows {
  const keep = new Uint8Array(count);
  for (const row of rows) keep[row] = 1;
  return sorted.map((order) => rowsMarked(order, keep, 1));
}

function splitRows(count: number, { earlyStopping, seed }: BoostSettings): { readonly training: readonly number[]; readonly heldOut: readonly number[] } {
  const all = Array.from({ length: count }, (_, row) => row);
  if (earlyStopping === undefined) return { training: all, heldOut: [] };
  const held = heldOutRows(earlyStopping.share, count);
  const order = random(seed, "held-out").shuffle(all);
  return { training: order.slice(held).sort((a, b) => a - b), heldOut: order.slice(0, held) };
}

const squaredError = (residuals: Float64Array, rows: readonly number[]): number => rows.reduce((sum, row) => sum + residuals[row]! ** 2, 0);

/** What the model says of a row; @throws PredictorsError `predictors/lengths-differ` */
export function predictBoosted({ base, features, trees }: BoostedTrees, row: ArrayLike<number>): number {
  if (row.length !== features) throw new PredictorsError("predictors/lengths-differ", `predictors: these trees were grown on ${features} features, got ${row.length}`);
  return trees.reduce((sum, tree) => sum + leafValue(tree, row), base);
}
