import { random } from "@bort/data";
import { describe, expect, it } from "vitest";
import { growTree, sortedRows } from "./grow-tree.js";
import { leafValue, type TreeNode } from "./tree-node.js";

const options = { maxDepth: 3, minLeafRows: 1, l2: 0, learningRate: 1 };
const columnsOf = (rows: readonly (readonly number[])[]): Float64Array[] => rows[0]!.map((_, feature) => Float64Array.from(rows, (row) => row[feature]!));
const grow = (rows: readonly (readonly number[])[], residuals: readonly number[], given: Partial<typeof options> = {}): TreeNode => {
  const columns = columnsOf(rows);
  return growTree(columns, Float64Array.from(residuals), sortedRows(columns), { ...options, ...given });
};

describe("growTree", () => {
  it("splits half-way where the squared error falls most, with the gain and the leaves of the formula", () => {
    // Sums of 2 and 2 rows: -4 and 6; G^2 / (n + 1): 16 / 3 + 36 / 3 - 4 / 5.
    expect(grow([[1], [2], [4], [8]], [-2, -2, 3, 3], { l2: 1, learningRate: 0.5, maxDepth: 1 })).toEqual({
      feature: 0, threshold: 3, gain: expect.closeTo(16 / 3 + 36 / 3 - 4 / 5, 12), left: { value: expect.closeTo(-2 / 3, 12) }, right: { value: 1 },
    });
  });

  it("finds the best first split of a table: no other feature and threshold leaves less squared error", () => {
    const rng = random(2);
    const rows = Array.from({ length: 40 }, () => [rng.uniform(), Math.floor(4 * rng.uniform()), rng.normal()]);
    const residuals = rows.map(([a, b, c]) => Math.sin(6 * a!) + (b === 2 ? 1 : 0) * c! + 0.2 * rng.normal());
    const errorOf = (keep: (row: readonly number[]) => boolean): number => [true, false].reduce((sum, side) => {
      const values = residuals.filter((_, i) => keep(rows[i]!) === side);
      const mean = values.reduce((total, value) => total + value / values.length, 0);
      return sum + values.reduce((total, value) => total + (value - mean) ** 2, 0);
    }, 0);
    for (const minLeafRows of [1, 7]) {
      const tree = grow(rows, residuals, { maxDepth: 1, minLeafRows });
      if (!("feature" in tree)) throw new Error("no split");
      const splits = [0, 1, 2].flatMap((feature) => rows.map((row) => ({ feature, value: row[feature]! })))
        .filter(({ feature, value }) => [true, false].every((side) => rows.filter((row) => row[feature]! <= value === side).length >= minLeafRows));
      const least = Math.min(...splits.map(({ feature, value }) => errorOf((row) => row[feature]! <= value)));
      expect(errorOf((row) => row[tree.feature]! <= tree.threshold)).toBeCloseTo(least, 10);
      expect(errorOf(() => true) - least).toBeCloseTo(tree.gain, 10);
    }
  });

  it("reaches every row at full depth, and never goes beyond it", () => {
    const rows = Array.from({ length: 8 }, (_, i) => [i]);
    const residuals = [5, -3, 2, 8, -1, 0, 4, 7];
    const tree = grow(rows, residuals, { maxDepth: 7 });
    expect(rows.map((row) => leafValue(tree, row))).toEqual(residuals);
    const depthOf = (node: TreeNode): number => ("feature" in node ? 1 + Math.max(depthOf(node.left), depthOf(node.right)) : 0);
    for (const maxDepth of [1, 2, 3]) expect(depthOf(grow(rows, residuals, { maxDepth }))).toBe(maxDepth);
  });

  it("has one leaf where rows or residuals do not differ, or leaves would be too small", () => {
    expect(grow([[1], [1], [1]], [1, 2, 6])).toEqual({ value: 3 });
    expect(grow([[1], [2], [3]], [0.1, 0.1, 0.1])).toEqual({ value: expect.closeTo(0.1, 12) });
    expect(grow([[1], [2], [3]], [1, 2, 6], { minLeafRows: 2 })).toEqual({ value: 3 });
  });

  it("splits neighbouring numbers that have none between them", () => {
    const next = 1 + Number.EPSILON;
    const tree = grow([[1], [next]], [-1, 1]);
    expect([leafValue(tree, [1]), leafValue(tree, [next])]).toEqual([-1, 1]);
  });
});
