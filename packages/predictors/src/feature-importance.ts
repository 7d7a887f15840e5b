import { type BoostedTrees } from "./boost-trees.js";
import { type TreeNode } from "./tree-node.js";

/**
 * How much each feature's splits lower the penalised squared error, as shares that sum to 1 (all 0 where no tree has a split): `total` over all its splits, as
 * scikit-learn and LightGBM weigh, or the `mean` of one of its splits, which is XGBoost's default.
 */
export function featureImportance({ features, trees }: BoostedTrees, by: "total" | "mean" = "total"): number[] {
  const gains = Array.from({ length: features }, () => ({ sum: 0, splits: 0 }));
  const add = (node: TreeNode): void => {
    if (!("feature" in node)) return;
    const gain = gains[node.feature]!;
    gain.sum += node.gain;
    gain.splits++;
    add(node.left);
    add(node.right);
  };
  trees.forEach(add);
  const weights = gains.map(({ sum, splits }) => (by === "total" ? sum : sum / Math.max(1, splits)));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (all === 0 ? 0 : weight / all));
}
