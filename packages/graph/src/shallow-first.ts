import { type Node, topologicalOrder } from "./ir.js";

/** Values sorted by the ops that lie one after another before them, the most on any way: what needs least comes first. */
export function shallowFirst<N extends Node>(values: readonly N[]): N[] {
  const depth = new Map<Node, number>();
  for (const node of topologicalOrder(values)) depth.set(node, 1 + Math.max(0, ...node.inputs.map((input) => depth.get(input)!)));
  return values.toSorted((a, b) => depth.get(a)! - depth.get(b)!);
}
