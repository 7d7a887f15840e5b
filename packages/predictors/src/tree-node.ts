/** A regression tree as plain JSON: a leaf, or a question whose answer is left where the feature is at most the threshold. */
export type TreeNode = TreeLeaf | TreeSplit;

export interface TreeLeaf {
  readonly value: number;
}

export interface TreeSplit {
  readonly feature: number;
  readonly threshold: number;
  /** By how much the split lowers the penalised squared error that the tree was grown for. */
  readonly gain: number;
  readonly left: TreeNode;
  readonly right: TreeNode;
}

/** The value of the leaf that a row of features comes to. */
export function leafValue(tree: TreeNode, features: ArrayLike<number>): number {
  let node = tree;
  while ("feature" in node) node = features[node.feature]! <= node.threshold ? node.left : node.right;
  return node.value;
}
