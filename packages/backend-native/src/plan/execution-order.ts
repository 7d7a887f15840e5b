import { type Node, shallowFirst, topologicalOrder } from "@bort/graph";
import { type PrimitiveNode } from "./lower.js";

/** Outputs that need least come first, so that the memory of what each needs alone is free for the next. */
export function executionOrder(outputs: readonly PrimitiveNode[]): PrimitiveNode[] {
  const order = topologicalOrder(shallowFirst(outputs)) as PrimitiveNode[];
  // What needs no product comes before what does: it is little, and what comes later can be computed together with it.
  const needsProduct = new Set<Node>();
  for (const node of order) if (node.op === "matmul" || node.inputs.some((input) => needsProduct.has(input))) needsProduct.add(node);
  return [...order.filter((node) => !needsProduct.has(node)), ...order.filter((node) => needsProduct.has(node))];
}
