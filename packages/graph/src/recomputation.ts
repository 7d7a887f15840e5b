import { type Node, topologicalOrder } from "./ir.js";
import * as op from "./ops.js";

/**
 * What a backward pass reads in place of the values of the forward pass: kept values themselves, and of what lies between two of them copies that
 * are computed again from the first, once the gradient of the second is there (Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost").
 *
 * What comes before the first kept value or after the last is not computed again: the one is little, and the other is read at once.
 */
export class Recomputation {
  /** How many kept values lie one after another before a node, the most on any way to it. */
  readonly #segments = new Map<Node, number>();
  readonly #last: number;
  /** By segment: what its copies wait for, and the copies. */
  readonly #copies = new Map<number, { readonly moment: Node; readonly of: Map<Node, Node> }>();

  /** @param order - every node of the forward pass, each after its inputs */
  constructor(order: readonly Node[]) {
    let last = 0;
    for (const node of order) {
      const segment = Math.max(0, ...node.inputs.map((input) => this.#segments.get(input)! + (input.op === "keep" ? 1 : 0)));
      this.#segments.set(node, segment);
      last = Math.max(last, segment);
    }
    this.#last = last;
  }

  /** The node for the rule of its op, its cotangent being `dy`: of a segment that is computed again the copy, else the node itself. */
  again<N extends Node>(node: N, dy: Node): N {
    const segment = this.#segments.get(node)!;
    if (segment === 0 || segment === this.#last) return node;
    let copies = this.#copies.get(segment);
    if (copies === undefined) this.#copies.set(segment, (copies = { moment: dy, of: new Map() }));
    return this.#copy(node, segment, copies) as N;
  }

  #copy(node: Node, segment: number, { moment, of }: { readonly moment: Node; readonly of: Map<Node, Node> }): Node {
    const within = (each: Node): boolean => this.#segments.get(each) === segment;
    for (const each of topologicalOrder([node], (one) => (within(one) && !of.has(one) ? one.inputs : []))) {
      if (of.has(each)) continue;
      if (within(each)) of.set(each, { ...each, inputs: each.inputs.map((input) => of.get(input)!) });
      else of.set(each, each.op === "keep" ? op.after(each, moment) : each);
    }
    return of.get(node)!;
  }
}
