import { type AddedToken, addedTokenAt, specialTokenEntry } from "./added-tokens.js";
import { BYTE_SYMBOLS } from "./byte-symbols.js";
import { DocumentTokenizer } from "./document-tokenizer.js";
import { type InputTemplate, inputTemplateAt } from "./input-template.js";
import { mergesAt } from "./merges-at.js";
import { normalizerAt } from "./normalizer.js";
import { PairMerger } from "./pair-merger.js";
import { type PreTokenizer, preTokenizerAt } from "./pre-tokenizer.js";
import { specialTokensOf } from "./special-tokens.js";
import { tokenDecoderAt } from "./token-decoder.js";
import { arrayAt, badTokenizer, integerAt, type JsonObject, kindAt, objectAt, shown, textAt } from "./tokenizer-fields.js";
import type { SpecialTokenNames, Tokenizer } from "./tokenizer.js";
import { continuingPrefixAt } from "./word-piece-document.js";
import { WordPieces } from "./word-pieces.js";

/**
 * Reads a tokenizer from the text of a Hugging Face `tokenizer.json`, of the models WordPiece and byte-level BPE: BERT's, RoBERTa's and their kin.
 * Its `truncation` and `padding` are kept and not applied: `encode` gives every token of a text. Where it has no decoder, its model's own is used.
 *
 * @param names How its special tokens are spelled, where they are neither RoBERTa's nor BERT's.
 * @throws DataError `data/bad-tokenizer` for malformed text, a kind that would give other ids here, or a missing special token.
 */
export function readTokenizerJson(text: string, names?: Partial<SpecialTokenNames>): Tokenizer {
  return tokenizerOfDocument(objectAt(parseJson(text), "the document"), names);
}

/** The tokenizer that a parsed `tokenizer.json` describes; throws what {@link readTokenizerJson} throws. */
export function tokenizerOfDocument(given: JsonObject, names: Partial<SpecialTokenNames> = {}): Tokenizer {
  const model = objectAt(given["model"], "model");
  const kind = kindAt(KINDS, { type: model["type"] ?? (model["merges"] === undefined ? "WordPiece" : "BPE") }, "model");
  const listed = arrayAt(given["added_tokens"] ?? [], "added_tokens").map((token, i) => addedTokenAt(token, `added_tokens[${i}]`));
  const tokens = tokensById(objectAt(model["vocab"], "model.vocab"), listed);
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const special = specialTokensOf(ids, names);
  const unlisted = [...new Set(Object.values(special))].filter((id) => !listed.some((token) => token.id === id));
  const document = unlisted.length === 0 ? given : withAddedTokens(given, unlisted.map((id) => specialTokenEntry(id, tokens[id]!)));
  const addedTokens = arrayAt(document["added_tokens"], "added_tokens").map((token, i) => addedTokenAt(token, `added_tokens[${i}]`));
  const preTokenizer = preTokenizerAt(document["pre_tokenizer"]);
  return new DocumentTokenizer({
    tokens, special, addedTokens, preTokenizer,
    normalize: normalizerAt(document["normalizer"]),
    idsOf: kind.wordModel(model, ids, preTokenizer),
    template: templateWithin(inputTemplateAt(document["post_processor"]), tokens.length),
    decode: tokenDecoderAt(document["decoder"] ?? { type: kind.decoder }, new Set(addedTokens.map(({ content }) => content))),
  }, document);
}

interface ModelKind {
  /** The decoder of a document that names none. */
  readonly decoder: string;
  /** Makes the function from a word to its ids. */
  readonly wordModel: (model: JsonObject, ids: ReadonlyMap<string, number>, preTokenizer: PreTokenizer) => (word: string) => Int32Array;
}

const KINDS: Readonly<Record<string, ModelKind>> = {
  BPE: { decoder: "ByteLevel", wordModel: byteLevelBpeAt },
  WordPiece: { decoder: "WordPiece", wordModel: wordPiecesAt },
};

function byteLevelBpeAt(model: JsonObject, ids: ReadonlyMap<string, number>, preTokenizer: PreTokenizer): (word: string) => Int32Array {
  if (!preTokenizer.isByteLevel) throw badTokenizer("a BPE model needs a pre_tokenizer that ends with ByteLevel; BPE over characters is not supported");
  for (const key of ["dropout", "continuing_subword_prefix", "end_of_word_suffix", "byte_fallback", "ignore_merges"]) {
    if (model[key]) throw badTokenizer(`model.${key} must be off, got ${shown(model[key])}`);
  }
  BYTE_SYMBOLS.forEach((symbol, byte) => {
    if (!ids.has(symbol)) throw badTokenizer(`its vocabulary lacks ${shown(symbol)}, the symbol of byte ${byte}; it needs all 256`);
  });
  const merger = new PairMerger(ids, mergesAt(model, ids));
  return (word) => merger.idsOf(word);
}

function wordPiecesAt(model: JsonObject, ids: ReadonlyMap<string, number>, preTokenizer: PreTokenizer): (word: string) => Int32Array {
  if (preTokenizer.isByteLevel) throw badTokenizer("a WordPiece model needs a pre_tokenizer of characters, got ByteLevel");
  const unknownToken = textAt(model["unk_token"] ?? "[UNK]", "model.unk_token");
  const unknown = ids.get(unknownToken);
  if (unknown === undefined) throw badTokenizer(`model.unk_token is ${shown(unknownToken)}, which is not in the vocabulary`);
  const longestWord = integerAt(model["max_input_chars_per_word"] ?? 100, "model.max_input_chars_per_word");
  const vocabulary = new Map(Object.entries(model["vocab"] as Record<string, number>)); // Added tokens are no parts of words.
  const pieces = new WordPieces(vocabulary, { unknown, prefix: continuingPrefixAt(model), longestWord });
  return (word) => pieces.idsOf(word);
}

/** Vocabulary and added tokens together must fill the ids from 0 without a gap, one token each. */
function tokensById(vocabulary: JsonObject, addedTokens: readonly AddedToken[]): string[] {
  const idOf = new Map<string, unknown>(Object.entries(vocabulary));
  for (const { id, content } of addedTokens) {
    if ((idOf.get(content) ?? id) !== id) throw badTokenizer(`${shown(content)} has two ids, ${shown(idOf.get(content))} and ${id}`);
    idOf.set(content, id);
  }
  const tokens = new Array<string | undefined>(idOf.size).fill(undefined);
  for (const [token, id] of idOf) {
    if (typeof id !== "number" || !Number.isInteger(id) || id < 0 || id >= tokens.length) {
      throw badTokenizer(`the ids of ${tokens.length} tokens must be the integers from 0 to ${tokens.length - 1}, but ${shown(token)} has ${shown(id)}`);
    }
    if (tokens[id] !== undefined) throw badTokenizer(`${shown(tokens[id])} and ${shown(token)} both have id ${id}`);
    tokens[id] = token;
  }
  return tokens as string[]; // As many distinct ids as places: every place is filled.
}

/** A file may list its special tokens in the vocabulary alone; they are markup all the same, and the document says so from here on. */
function withAddedTokens(document: JsonObject, entries: readonly JsonObject[]): JsonObject {
  const all = [...arrayAt(document["added_tokens"] ?? [], "added_tokens"), ...entries] as { readonly id: number }[];
  return { ...document, added_tokens: all.sort((a, b) => a.id - b.id) };
}

function templateWithin(template: InputTemplate, vocabSize: number): InputTemplate {
  for (const { content } of [...template.single, ...template.pair]) {
    const stray = typeof content === "string" ? undefined : content.find((id) => id >= vocabSize);
    if (stray !== undefined) throw badTokenizer(`post_processor has the token id ${stray}, and the vocabulary ${vocabSize} tokens`);
  }
  return template;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw badTokenizer("it is not JSON; a Hugging Face tokenizer.json is needed", { cause });
  }
}
