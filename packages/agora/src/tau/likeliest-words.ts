import { type WordTokens } from "./word-vocabulary.js";

/** A word that may stand in the place of another. */
export interface Replacement {
  readonly word: string;
  /** Of all replacements that are given, which together have 1. */
  readonly probability: number;
}

/** The word to replace. */
export interface Original {
  readonly word: string;
  /** The tokens that it is read as. */
  readonly ids: ArrayLike<number>;
}

/**
 * The `top` likeliest words by the logits of a place, `[vocabulary]`, the likeliest first; not the original, in whatever case or spelling. They are written
 * with a capital where the original is; of a word that is there in two cases, the likelier counts.
 */
export function likeliestWords(logits: Float32Array, tokens: WordTokens, original: Original, top: number): Replacement[] {
  const asOriginal = capitalized(original.word) === original.word ? capitalized : (word: string): string => word;
  const logitOf = new Map<string, number>();
  for (const token of largest(logits, tokens, original, 2 * top)) { // Twice as many: one word may be there with a capital and without.
    const word = asOriginal(tokens.words[token]!);
    if (!logitOf.has(word) && logitOf.size < top) logitOf.set(word, logits[tokens.ids[token]!]!);
  }
  const [most = 0] = logitOf.values();
  const weights = Array.from(logitOf, ([word, logit]) => ({ word, weight: Math.exp(logit - most) }));
  const sum = weights.reduce((total, { weight }) => total + weight, 0);
  return weights.map(({ word, weight }) => ({ word, probability: weight / sum }));
}

const capitalized = (word: string): string => word.replace(/^./u, (first) => first.toUpperCase());

/** Places in `tokens` of the `count` largest logits, the largest first; of equal ones, the earlier. */
function largest(logits: Float32Array, { ids, words }: WordTokens, original: Original, count: number): number[] {
  const same = original.word.toLowerCase();
  const sameId = original.ids.length === 1 ? original.ids[0] : undefined;
  const logitAt = (token: number): number => logits[ids[token]!]!;
  const best: number[] = [];
  for (let token = 0; token < ids.length; token++) {
    const logit = logitAt(token);
    if (best.length === count && logit <= logitAt(best.at(-1)!)) continue;
    if (ids[token] === sameId || words[token]!.toLowerCase() === same) continue;
    const rank = best.findIndex((other) => logit > logitAt(other));
    best.splice(rank < 0 ? best.length : rank, 0, token);
    if (best.length > count) best.pop();
  }
  return best;
}
