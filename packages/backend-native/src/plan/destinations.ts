import { type Node, sizeOf, topologicalOrder } from "@bort/graph";
import { gemmOperand } from "./gemm.js";
import { type PrimitiveNode } from "./lower.js";
import { type Buffer, isContiguous, reshapeView, sliceView, transposeView, type View, wholeView } from "./view.js";

/**
 * Where values should be written so that the layout ops after them need no copy: into their part of a concatenation, into the table that rows are
 * scattered on, in the order of axes that a transpose after a product asks for, or into an output.
 */
export function destinationsOf(outputs: readonly { readonly node: PrimitiveNode; readonly buffer: Buffer }[], makeBuffer: (size: number) => Buffer): Map<Node, View> {
  const order = topologicalOrder(outputs.map(({ node }) => node));
  const uses = new Map<Node, number>();
  const users = new Map<Node, Node>();
  for (const { node } of outputs) uses.set(node, (uses.get(node) ?? 0) + 1);
  for (const node of order) {
    for (const input of node.inputs) {
      uses.set(input, (uses.get(input) ?? 0) + 1);
      users.set(input, node);
    }
  }
  const destinations = new Map<Node, View>();
  const fresh = (node: Node): View => wholeView(makeBuffer(sizeOf(node.shape)), node.shape);

  /** Asks for `node` in `view`, or for what it is a layout of. */
  const ask = (node: Node, view: View): void => {
    if (destinations.has(node)) return;
    switch (node.op) {
      case "parameter": case "constant": case "slice": case "expand": case "stopGradient": case "after": case "pad":
        return;
      case "keep":
        return askOnly(node.inputs[0]!, view);
      case "transpose":
        return askOnly(node.inputs[0]!, transposeView(view, node.attrs.perm.map((_, axis) => node.attrs.perm.indexOf(axis))));
      case "reshape": {
        const before = reshapeView(view, node.inputs[0]!.shape);
        return before === undefined ? undefined : askOnly(node.inputs[0]!, before);
      }
      case "matmul":
        if (gemmOperand(view)?.transposed === false) destinations.set(node, view);
        return;
      case "concat": {
        destinations.set(node, view);
        let start = 0;
        for (const input of node.inputs) {
          askOnly(input, sliceView(view, node.shape.map((_, axis) => (axis === node.attrs.axis ? start : 0)), input.shape));
          start += input.shape[node.attrs.axis]!;
        }
        return;
      }
      case "scatterAdd":
        // Rows are added to a whole buffer, row after row.
        if (view.buffer.size !== sizeOf(node.shape) || !isContiguous(view)) return;
        destinations.set(node, view);
        return askOnly(node.inputs[0]!, view);
      default:
        destinations.set(node, view);
    }
  };
  /** Asks for a value that nothing else reads. */
  const askOnly = (node: Node, view: View): void => {
    if (uses.get(node) === 1) ask(node, view);
  };

  for (const { node, buffer } of outputs) ask(node, wholeView(buffer, node.shape));
  for (const node of order.toReversed()) {
    if ((node.op === "concat" || node.op === "scatterAdd") && !destinations.has(node)) ask(node, fresh(node));
    if (node.op === "transpose" && producedByProduct(node)) {
      let last: Node = node;
      while (uses.get(last) === 1 && users.get(last)?.op === "reshape") last = users.get(last)!;
      if (!destinations.has(node.inputs[0]!)) ask(last, fresh(last));
    }
  }
  return destinations;

  function producedByProduct(node: Node): boolean {
    const [input] = node.inputs as [Node];
    return input.op === "matmul" && uses.get(input) === 1;
  }
}
