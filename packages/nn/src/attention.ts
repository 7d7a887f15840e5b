import { type LayerArch } from "@bort/arch";
import * as op from "@bort/graph";
import { type Node } from "@bort/graph";

/** Where the rows of `[batch * sequence, ...]` stand. */
export interface Places {
  readonly batch: number;
  readonly sequence: number;
  /** Added to every score: `[batch, 1, 1, sequence]`. */
  readonly bias: Node | undefined;
}

/** All heads' queries, keys and values side by side: `[batch * sequence, heads * keySize]`, values `[batch * sequence, heads * valueSize]`. */
export interface Projections {
  readonly query: Node;
  readonly key: Node;
  readonly value: Node;
}

/** softmax(Q K^T / sqrt(keySize) + bias) V for every head: `[batch * sequence, heads * valueSize]`. Vaswani et al. 2017, eq. 1. */
export function attention({ heads, keySize, valueSize }: LayerArch, { query, key, value }: Projections, { batch, sequence, bias }: Places): Node {
  // [batch, heads, sequence, size]
  const split = (x: Node, size: number): Node => op.transpose(op.reshape(x, [batch, sequence, heads, size]), [0, 2, 1, 3]);
  const scores = op.matmul(split(query, keySize), split(key, keySize), { transposeB: true, alpha: 1 / Math.sqrt(keySize) }); // [batch, heads, sequence, sequence]
  const weights = op.softmax(bias === undefined ? scores : op.add(scores, bias));
  const context = op.matmul(weights, split(value, valueSize)); // [batch, heads, sequence, valueSize]
  return op.reshape(op.transpose(context, [0, 2, 1, 3]), [batch * sequence, heads * valueSize]);
}

/** Columns `start` to `end` of `[rows, columns]`. */
export const columns = (x: Node, start: number, end: number): Node => op.slice(x, [0, start], [x.shape[0]!, end]);
