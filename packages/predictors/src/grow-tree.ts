import { type TreeNode } from "./tree-node.js";

export interface GrowTreeOptions {
  /** Questions from the root to a leaf, at most. */
  readonly maxDepth: number;
  /** Rows in a leaf, at least. */
  readonly minLeafRows: number;
  /** Penalty on squared leaf values. */
  readonly l2: number;
  /** What leaf values are multiplied by. */
  readonly learningRate: number;
}

/** Values by feature, then row. */
export type FeatureColumns = readonly Float64Array[];

/** Rows in the order of each feature's values, by feature. */
export type SortedRows = readonly Uint32Array[];

/** Gains below this share of a node's sum of squared residuals are rounding. */
const ROUNDING = 1e-12;

/** The order of all rows by each feature; of equal values, the earlier row is first. */
export const sortedRows = (columns: FeatureColumns): SortedRows =>
  columns.map((column) => Uint32Array.from(column, (_, row) => row).sort((a, b) => column[a]! - column[b]! || a - b));

/**
 * A tree for residuals: greedy and exact, every threshold half-way between neighbouring values of a feature is tried at every node. The gain of a split is
 * G_L^2 / (n_L + l2) + G_R^2 / (n_R + l2) - G^2 / (n + l2), with G a sum of residuals of n rows, and a leaf has G / (n + l2) (Chen and Guestrin 2016, eq. 5 and 7, for squared
 * error). Of equal gains the first feature's lowest threshold is taken.
 */
export function growTree(columns: FeatureColumns, residuals: Float64Array, rows: SortedRows, options: GrowTreeOptions): TreeNode {
  const goesLeft = new Uint8Array(residuals.length);
  const grow = (sorted: SortedRows, depth: number): TreeNode => {
    const total = totalOf(residuals, sorted[0]!);
    const split = depth < options.maxDepth ? bestSplit(columns, residuals, sorted, total, options) : undefined;
    if (split === undefined) return { value: (options.learningRate * total.sum) / (total.rows + options.l2) };
    const { feature, threshold, gain } = split;
    for (const row of sorted[0]!) goesLeft[row] = Number(columns[feature]![row]! <= threshold);
    const kept = depth + 1 < options.maxDepth ? sorted : sorted.slice(0, 1); // A leaf needs its rows, in any order.
    const [left, right] = [1, 0].map((side) => kept.map((order) => rowsMarked(order, goesLeft, side)));
    return { feature, threshold, gain, left: grow(left!, depth + 1), right: grow(right!, depth + 1) };
  };
  return grow(rows, 0);
}

/** The rows that have a mark, in the same order. (`filter` of a typed array would double the time of a fit.) */
export function rowsMarked(order: Uint32Array, marks: Uint8Array, mark: number): Uint32Array {
  const kept = new Uint32Array(order.length);
  let count = 0;
  for (const row of order) if (marks[row] === mark) kept[count++] = row;
  return kept.subarray(0, count);
}

/** Of the residuals of a node. */
interface Total {
  readonly rows: number;
  readonly sum: number;
  readonly squares: number;
}

function totalOf(residuals: Float64Array, rows: Uint32Array): Total {
  let [sum, squares] = [0, 0];
  for (const row of rows) {
    sum += residuals[row]!;
    squares += residuals[row]! ** 2;
  }
  return { rows: rows.length, sum, squares };
}

interface Split {
  readonly feature: number;
  readonly threshold: number;
  readonly gain: number;
}

function bestSplit(columns: FeatureColumns, residuals: Float64Array, sorted: SortedRows, { rows, sum, squares }: Total, { minLeafRows, l2 }: GrowTreeOptions): Split | undefined {
  let best: Split | undefined;
  let most = ROUNDING * squares;
  const whole = (sum * sum) / (rows + l2);
  for (const [feature, order] of sorted.entries()) {
    const column = columns[feature]!;
    let left = 0;
    for (let n = 1; n <= rows - minLeafRows; n++) {
      left += residuals[order[n - 1]!]!;
      const [value, next] = [column[order[n - 1]!]!, column[order[n]!]!];
      if (value === next || n < minLeafRows) continue;
      const gain = (left * left) / (n + l2) + (sum - left) ** 2 / (rows - n + l2) - whole;
      if (gain <= most) continue;
      most = gain;
      best = { feature, threshold: between(value, next), gain };
    }
  }
  return best;
}

/** Half-way, but below `next`, which neighbouring numbers have no middle to be. */
function between(value: number, next: number): number {
  const middle = value + (next - value) / 2;
  return middle < next ? middle : value;
}
