import { BYTE_SYMBOLS } from "./byte-symbols.js";
import { DataError } from "./data-error.js";
import { mergesAt } from "./merges-at.js";
import type { Merge } from "./pair-merger.js";
import type { JsonObject } from "./tokenizer-fields.js";
import { continuingPrefixAt } from "./word-piece-document.js";

/**
 * How much a vocabulary needs each of its tokens, by id: `counts`, and Infinity for what must stay, which is `fixed` and the single bytes or characters.
 *
 * A token of BPE is worth what it is joined into besides, so its weight is how often it is made, also on the way to a longer token: about how often it
 * would stand in the texts without the longer ones. So no token weighs more than those that it is made of. Pieces of WordPiece are made of nothing, and
 * weigh what they are counted.
 *
 * @throws DataError `data/bad-tokenizer` for a WordPiece vocabulary that has a character inside a word in a longer token alone.
 */
export function tokenWeights(model: JsonObject, ids: ReadonlyMap<string, number>, counts: ArrayLike<number>, fixed: Iterable<number>): Float64Array {
  const weights = Float64Array.from(counts);
  const isBpe = model["merges"] !== undefined;
  for (const id of fixed) weights[id] = Infinity;
  for (const token of isBpe ? BYTE_SYMBOLS : piecesToStay(model)) weights[ids.get(token)!] = Infinity;
  if (isBpe) weighParts(weights, model, ids);
  return weights;
}

/** Adds the weight of each token to those that it is made of, the longest token first: parts are shorter, so a weight is whole when it is added. */
function weighParts(weights: Float64Array, model: JsonObject, ids: ReadonlyMap<string, number>): void {
  const length = ([left, right]: Merge): number => left.length + right.length;
  const longestFirst = [...mergesAt(model, ids)].sort((a, b) => length(b) - length(a));
  for (const [left, right] of longestFirst) {
    const weight = weights[ids.get(left + right)!]!;
    for (const part of [left, right]) weights[ids.get(part)!]! += weight;
  }
}

/** The pieces of one character, and those that begin a word and could not be spelled in such pieces. */
function piecesToStay(model: JsonObject): string[] {
  const prefix = continuingPrefixAt(model);
  const vocabulary = new Set(Object.keys(model["vocab"] as object));
  return [...vocabulary].filter((piece) => {
    const continues = piece.length > prefix.length && piece.startsWith(prefix);
    const characters = [...(continues ? piece.slice(prefix.length) : piece)];
    const missing = characters.map((character, i) => i > 0 || continues ? prefix + character : character).find((each) => !vocabulary.has(each));
    // Where the tokens before it change, a token that goes on with a word may be entered in its middle, where nothing would match.
    if (continues && missing !== undefined) throw unspellable(piece, missing);
    return characters.length === 1 || missing !== undefined;
  });
}

function unspellable(piece: string, missing: string): DataError {
  return new DataError("data/bad-tokenizer",
    `data: to prune this vocabulary, each character of its tokens must be a token; it has ${piece} and lacks ${missing}, so known words could become unknown`);
}
