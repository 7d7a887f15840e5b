import { decompose, type Graph, isComposite, type Node, type NodeOf, type PrimitiveOp, topologicalOrder } from "@bort/graph";

/** A node whose op is no composite. */
export type PrimitiveNode = { [K in PrimitiveOp]: NodeOf<K> }[PrimitiveOp];

/**
 * The graph with every composite op replaced by its meaning.
 *
 * Each composite gets nodes of its own: what a gradient needs of a forward value is computed again from what is kept, which the fused kernels do
 * in passing, rather than kept as well.
 */
export function lower(graph: Graph): Map<string, PrimitiveNode> {
  const meanings = new Map<Node, Node>();
  const meaningOf = (node: Node): Node => {
    let meaning = node;
    while (isComposite(meaning)) {
      const simpler = meanings.get(meaning) ?? decompose(meaning);
      meanings.set(meaning, simpler);
      meaning = simpler;
    }
    return meaning;
  };
  const lowered = new Map<Node, Node>();
  const outputs = Object.values(graph).map(meaningOf);
  for (const node of topologicalOrder(outputs, (each) => each.inputs.map(meaningOf))) {
    const inputs = node.inputs.map((input) => lowered.get(meaningOf(input))!);
    lowered.set(node, inputs.every((input, i) => input === node.inputs[i]) ? node : { ...node, inputs });
  }
  return new Map(Object.entries(graph).map(([name, node]) => [name, lowered.get(meaningOf(node)) as PrimitiveNode]));
}
