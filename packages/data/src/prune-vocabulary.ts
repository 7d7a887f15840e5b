import { DataError } from "./data-error.js";
import { type DocumentWithIds, mapTokenIds, mentionedTokenIds } from "./map-token-ids.js";
import { mergesAt } from "./merges-at.js";
import { tokenWeights } from "./token-weights.js";
import { badTokenizer, type JsonObject } from "./tokenizer-fields.js";
import { tokenizerOfDocument } from "./tokenizer-json.js";
import type { SpecialTokenNames, Tokenizer } from "./tokenizer.js";

/** Which tokens to keep, besides those that must stay: a number of tokens in all, the most frequent ones; or all that are counted so often or more. */
export type KeptTokens =
  | { readonly tokens: number; readonly minCount?: never }
  | { readonly minCount: number; readonly tokens?: never };

/** A tokenizer with fewer tokens. */
export interface PrunedVocabulary {
  readonly tokenizer: Tokenizer;
  /** The id that each token had before, in increasing order: row `i` of a table of words is its former row `keptIds[i]`. */
  readonly keptIds: readonly number[];
}

/** What is read of a `tokenizer.json`, whose other fields stay as they are. */
interface TokenizerDocument extends DocumentWithIds, JsonObject {
  readonly model: JsonObject & { readonly vocab: Readonly<Record<string, number>>; readonly unk_token?: string | null };
}

/**
 * A tokenizer with the most frequent tokens of another, by `counts` of them ([vocabSize], as `tokenCounts` gives them), whose ids are closed up in their order.
 * A text whose tokens are all kept has the same tokens as before; a token that is dropped becomes shorter ones, and no word becomes unknown by it.
 *
 * Special and added tokens stay, and bytes of BPE and characters of WordPiece, by themselves and inside words. A token of BPE counts as often as it is made,
 * also on the way to a longer one, and so stays where that does; merges into tokens that are dropped go. Of equally frequent tokens the shorter stays, then
 * the one of lower id.
 *
 * @throws DataError `data/bad-option` for counts of another length or fewer tokens than must stay; `data/bad-tokenizer` for a WordPiece vocabulary with
 *   tokens inside words whose characters are no tokens.
 */
export function pruneVocabulary(tokenizer: Tokenizer, counts: ArrayLike<number>, keep: KeptTokens): PrunedVocabulary {
  checkCounts(counts, tokenizer.vocabSize);
  const document = JSON.parse(tokenizer.toJson()) as TokenizerDocument;
  const tokens = Array.from({ length: tokenizer.vocabSize }, (_, id) => tokenizer.idToToken(id));
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const weights = tokenWeights(document.model, ids, counts, fixedIds(document, ids));
  const keptIds = keep.tokens === undefined ? frequent(weights, keep.minCount) : mostFrequent(weights, tokens, keep.tokens);
  const names = Object.fromEntries(Object.entries(tokenizer.special).map(([role, id]) => [role, tokens[id as number]])) as SpecialTokenNames;
  return { tokenizer: tokenizerOfDocument(documentOf(document, ids, keptIds), names), keptIds };
}

function checkCounts(counts: ArrayLike<number>, vocabSize: number): void {
  if (counts.length !== vocabSize) {
    throw new DataError("data/bad-option", `data: counts must have a number for each of the ${vocabSize} tokens, got ${counts.length}; count with this tokenizer`);
  }
  const wrong = Array.from(counts).findIndex((count) => !(count >= 0 && count < Infinity));
  if (wrong >= 0) throw new DataError("data/bad-option", `data: counts must be numbers from 0, got ${counts[wrong]} for the token ${wrong}`);
}

/** The ids that a document names outside its vocabulary, and that of the unknown token. */
function fixedIds(document: TokenizerDocument, ids: ReadonlyMap<string, number>): number[] {
  const mentioned = [...mentionedTokenIds(document)];
  const stray = mentioned.find((id) => !(Number.isInteger(id) && id >= 0 && id < ids.size));
  if (stray !== undefined) throw badTokenizer(`its post_processor or padding has the token id ${stray}, and its vocabulary ${ids.size} tokens`);
  const unknown = ids.get(document.model.unk_token ?? "[UNK]");
  return unknown === undefined ? mentioned : [...mentioned, unknown];
}

function frequent(weights: Float64Array, minCount: number): number[] {
  if (!(minCount > 0)) throw new DataError("data/bad-option", `data: minCount must be a number above 0, got ${minCount}`);
  return [...weights.keys()].filter((id) => weights[id]! >= minCount);
}

function mostFrequent(weights: Float64Array, tokens: readonly string[], count: number): number[] {
  const least = weights.filter((weight) => weight === Infinity).length;
  if (!(Number.isInteger(count) && count >= least && count <= weights.length)) {
    throw new DataError("data/bad-option", `data: tokens must be an integer in [${least}, ${weights.length}], got ${count}; ${least} must stay: special and ` +
      "added tokens, single bytes or characters, and what these need");
  }
  const order = [...weights.keys()].sort((a, b) => compare(weights[b]!, weights[a]!) || tokens[a]!.length - tokens[b]!.length || a - b);
  return order.slice(0, count).sort((a, b) => a - b);
}

/** A difference of infinities would be NaN. */
const compare = (a: number, b: number): number => a === b ? 0 : a - b;

/** The document with these tokens alone, and their new ids. */
function documentOf(document: TokenizerDocument, ids: ReadonlyMap<string, number>, keptIds: readonly number[]): JsonObject {
  const newIds = new Map(keptIds.map((id, newId) => [id, newId]));
  const { model } = document;
  const vocab = Object.entries(model.vocab).filter(([, id]) => newIds.has(id)).map(([token, id]) => [token, newIds.get(id)!] as const);
  const cut = { ...model, vocab: Object.fromEntries(vocab), ...(model["merges"] !== undefined && { merges: keptMerges(model, ids, newIds) }) };
  return { ...mapTokenIds(document, (id) => newIds.get(id)!), model: cut };
}

/** The merges into tokens that are kept, as they are written. */
function keptMerges(model: JsonObject, ids: ReadonlyMap<string, number>, newIds: ReadonlyMap<number, number>): readonly unknown[] {
  const merges = mergesAt(model, ids);
  return (model["merges"] as readonly unknown[]).filter((_, rank) => newIds.has(ids.get(merges[rank]!.join(""))!));
}
