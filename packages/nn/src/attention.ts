import { type LayerArch } from "@bort/arch";
import * as op from "@bort/graph";
import { type Node } from "@bort/graph";
import { type Dropout } from "./dropout.js";

/** Where the rows of `[batch * sequence, ...]` stand, and what is dropped of them. */
export interface Places {
  readonly batch: number;
  readonly sequence: number;
  /** Added to every score: `[batch, 1, 1, sequence]`. */
  readonly bias: Node | undefined;
  readonly dropout: Dropout;
}

/** All heads' queries, keys and values side by side: `[batch * sequence, heads * keySize]`, values `[batch * sequence, heads * valueSize]`. */
export interface Projections {
  readonly query: Node;
  readonly key: Node;
  readonly value: Node;
}

/** What attention reads, and what it computes on the way. */
export interface AttentionNodes extends Projections {
  /** Q K^T / sqrt(keySize), padding masked: `[batch, heads, sequence, sequence]`. */
  readonly scores: Node;
  /** softmax(scores): `[batch, heads, sequence, sequence]`. */
  readonly weights: Node;
  /** weights V, of what dropout leaves, all heads side by side: `[batch * sequence, heads * valueSize]`. */
  readonly context: Node;
}

/** softmax(Q K^T / sqrt(keySize) + bias) V for every head. Vaswani et al. 2017, eq. 1. */
export function attention({ heads, keySize, valueSize }: LayerArch, projections: Projections, { batch, sequence, bias, dropout }: Places): AttentionNodes {
  const { query, key, value } = projections;
  // [batch, heads, sequence, size]
  const split = (x: Node, size: number): Node => op.transpose(op.reshape(x, [batch, sequence, heads, size]), [0, 2, 1, 3]);
  const products = op.matmul(split(query, keySize), split(key, keySize), { transposeB: true, alpha: 1 / Math.sqrt(keySize) });
  const scores = bias === undefined ? products : op.add(products, bias); // [batch, heads, sequence, sequence]
  const weights = op.softmax(scores);
  const context = op.transpose(op.matmul(dropout("attention", weights), split(value, valueSize)), [0, 2, 1, 3]); // [batch, sequence, heads, valueSize]
  return { ...projections, scores, weights, context: op.reshape(context, [batch * sequence, heads * valueSize]) };
}

/** Columns `start` to `end` of `[rows, columns]`. */
export const columns = (x: Node, start: number, end: number): Node => op.slice(x, [0, start], [x.shape[0]!, end]);
