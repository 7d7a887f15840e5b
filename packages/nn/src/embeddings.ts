import { type EncoderArch, maxSequence } from "@bort/arch";
import * as op from "@bort/graph";
import { type Node } from "@bort/graph";
import { type ParameterNodes, blocks } from "./blocks.js";
import { type Dropout } from "./dropout.js";

/**
 * Word + position (+ the first token type), then the norm: `i32[batch, sequence] -> [batch * sequence, hidden]`.
 *
 * Dropout comes after the words and after the sum (Bort's released code). Narrow tables are widened at the end (ALBERT, section 3.1), or the words alone
 * before the sum (MobileBERT, section 3.1).
 */
export function embeddings(arch: EncoderArch, parameters: ParameterNodes, ids: Node, dropout: Dropout): Node {
  const { dense, norm } = blocks(arch, parameters);
  const { embedding } = arch;
  const [batch, sequence] = ids.shape as [number, number];
  const words = embedding?.kind === "wordProjected" && embedding.window === 3
    ? trigrams(parameters("embeddings.word"), ids, maxSequence(arch))
    : op.gather(parameters("embeddings.word"), ids); // [batch, sequence, size]
  const rows = (x: Node): Node => op.reshape(x, [batch * sequence, x.shape.at(-1)!]);
  const wide = embedding?.kind === "wordProjected" ? op.reshape(dense("embeddings.projection", rows(words)), [batch, sequence, arch.hiddenSize]) : words;
  const normed = norm("embeddings.norm", rows(dropout("hidden", placed(arch, parameters, dropout("hidden", wide)))));
  return embedding?.kind === "projected" ? dense("embeddings.projection", normed) : normed;
}

/** `[batch, sequence, size]`, before and after. */
function placed({ positions, positionOffset, tokenTypes }: EncoderArch, parameters: ParameterNodes, words: Node): Node {
  const [, sequence, size] = words.shape as [number, number, number];
  const rows = (table: Node, start: number, end: number): Node => op.slice(table, [start, 0], [end, size]);
  const table = parameters("embeddings.position");
  // Cut in two steps: in an exported model the length is free, and an end of offset + length would not be.
  const usable = positionOffset === 0 ? table : rows(table, positionOffset, positions);
  const sum = op.add(words, rows(usable, 0, sequence));
  return tokenTypes === 0 ? sum : op.add(sum, rows(parameters("embeddings.tokenType"), 0, 1));
}

/**
 * The vectors of the next token, of the token itself and of the previous one, zeros beyond the ends: `i32[batch, sequence] -> [batch, sequence, 3 size]`.
 *
 * Neighbours are gathered, not cut out: in an exported model the length is free, and one less could not be told from a number.
 */
function trigrams(table: Node, ids: Node, longest: number): Node {
  const words = op.gather(table, op.transpose(ids, [1, 0])); // [sequence, batch, size]
  const [sequence] = words.shape as [number];
  const place = Array.from({ length: longest }, (_, i) => i);
  const shifted = (from: Node, by: number): Node =>
    op.gather(from, op.slice(op.constant(place.map((i) => Math.max(i + by, 0)), [longest], "i32"), [0], [sequence]));
  const followed = op.pad(words, [0, 0, 0], [sequence, 0, 0]); // [2 sequence, batch, size]
  const notFirst = op.slice(op.constant(place.map((i) => Math.min(i, 1)), [longest, 1, 1]), [0, 0, 0], [sequence, 1, 1]);
  return op.transpose(op.concat([shifted(followed, 1), words, op.mul(shifted(words, -1), notFirst)], 2), [1, 0, 2]);
}
