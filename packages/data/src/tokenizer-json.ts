import type { AddedToken, BpeModel } from "./bpe-model.js";
import { BYTE_SYMBOLS } from "./byte-symbols.js";
import { DataError } from "./data-error.js";
import { SPECIAL_TOKEN_NAMES } from "./tokenizer.js";

/**
 * Writes a tokenizer as a Hugging Face `tokenizer.json` that gives the same ids there.
 * Its post-processor makes `<s> A </s>` of one text and `<s> A </s> B </s>` of a pair, all of token type 0.
 */
export function formatTokenizerJson({ tokens, merges, addedTokens }: BpeModel): string {
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  const document = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: addedTokens.map(({ id, content, stripsLeft, stripsRight, isSpecial }) => (
      { id, content, single_word: false, lstrip: stripsLeft, rstrip: stripsRight, normalized: false, special: isSpecial }
    )),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: postProcessor(tokens),
    decoder: byteLevel,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: SPECIAL_TOKEN_NAMES.unknown,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: merges.map((pair) => pair.join(" ")),
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function postProcessor(tokens: readonly string[]): object {
  const { begin, end } = SPECIAL_TOKEN_NAMES;
  const special = (id: string): object => ({ SpecialToken: { id, type_id: 0 } });
  const text = (id: "A" | "B"): object => ({ Sequence: { id, type_id: 0 } });
  const single = [special(begin), text("A"), special(end)];
  return {
    type: "TemplateProcessing",
    single,
    pair: [...single, text("B"), special(end)],
    special_tokens: Object.fromEntries([begin, end].map((name) => [name, { id: name, ids: [tokens.indexOf(name)], tokens: [name] }])),
  };
}

/**
 * Reads the model out of a `tokenizer.json` of the byte-level BPE kind, RoBERTa's and GPT-2's, without a normalizer or prefix space.
 * Throws `data/bad-tokenizer` for malformed text, a kind that would give other ids here, or a missing special token.
 */
export function parseTokenizerJson(text: string): BpeModel {
  const root = object(parseJson(text), "the document");
  const model = object(root["model"], "model");
  refuseOtherKinds(root, model);
  const addedTokens = array(root["added_tokens"] ?? [], "added_tokens").map(parseAddedToken);
  const tokens = tokensById(object(model["vocab"], "model.vocab"), addedTokens);
  const vocabulary = new Set(tokens);
  for (const name of Object.values(SPECIAL_TOKEN_NAMES)) {
    if (!vocabulary.has(name)) throw bad(`it has no ${name} token; all of ${Object.values(SPECIAL_TOKEN_NAMES).join(" ")} are needed`);
  }
  BYTE_SYMBOLS.forEach((symbol, byte) => {
    if (!vocabulary.has(symbol)) throw bad(`its vocabulary lacks ${JSON.stringify(symbol)}, the symbol of byte ${byte}; it needs all 256`);
  });
  const merges = array(model["merges"], "model.merges").map((merge, rank) => parseMerge(merge, rank, vocabulary));
  return { tokens, merges, addedTokens: withSpecialTokens(addedTokens, tokens) };
}

type Json = { readonly [key: string]: unknown };

function refuseOtherKinds(root: Json, model: Json): void {
  const type = model["type"] ?? "BPE";
  if (type !== "BPE") throw bad(`model.type must be "BPE", got ${show(type)}`);
  const mustBeOff = ["dropout", "continuing_subword_prefix", "end_of_word_suffix", "byte_fallback", "ignore_merges"];
  for (const key of mustBeOff) if (model[key]) throw bad(`model.${key} must be off, got ${show(model[key])}`);
  if (root["normalizer"]) throw bad(`normalizer must be null, got ${show(root["normalizer"])}`);
  const preTokenizer = object(root["pre_tokenizer"], "pre_tokenizer");
  if (preTokenizer["type"] !== "ByteLevel") throw bad(`pre_tokenizer.type must be "ByteLevel", got ${show(preTokenizer["type"])}`);
  if (preTokenizer["add_prefix_space"] !== false) throw bad("pre_tokenizer.add_prefix_space must be false");
  if (preTokenizer["use_regex"] === false) throw bad("pre_tokenizer.use_regex must be true");
  const decoder = root["decoder"] ?? { type: "ByteLevel" };
  if (object(decoder, "decoder")["type"] !== "ByteLevel") throw bad(`decoder.type must be "ByteLevel", got ${show(decoder)}`);
}

function parseAddedToken(value: unknown, index: number): AddedToken {
  const where = `added_tokens[${index}]`;
  const token = object(value, where);
  const { id, content } = token;
  if (typeof content !== "string" || content === "") throw bad(`${where}.content must be text, got ${show(content)}`);
  if (typeof id !== "number") throw bad(`${where}.id must be a number, got ${show(id)}`);
  if (token["single_word"]) throw bad(`${where}.single_word must be false`);
  return {
    id, content, stripsLeft: token["lstrip"] === true, stripsRight: token["rstrip"] === true, isSpecial: token["special"] === true,
  };
}

/** Vocabulary and added tokens together must fill the ids from 0 without a gap, one token each. */
function tokensById(vocabulary: Json, addedTokens: readonly AddedToken[]): string[] {
  const idOf = new Map<string, unknown>(Object.entries(vocabulary));
  for (const { id, content } of addedTokens) {
    if ((idOf.get(content) ?? id) !== id) throw bad(`${show(content)} has two ids, ${show(idOf.get(content))} and ${id}`);
    idOf.set(content, id);
  }
  const tokens = new Array<string | undefined>(idOf.size).fill(undefined);
  for (const [token, id] of idOf) {
    if (typeof id !== "number" || !Number.isInteger(id) || id < 0 || id >= tokens.length) {
      throw bad(`the ids of ${tokens.length} tokens must be the integers from 0 to ${tokens.length - 1}, but ${show(token)} has ${show(id)}`);
    }
    if (tokens[id] !== undefined) throw bad(`${show(tokens[id])} and ${show(token)} both have id ${id}`);
    tokens[id] = token;
  }
  return tokens as string[]; // As many distinct ids as places: every place is filled.
}

function parseMerge(value: unknown, rank: number, vocabulary: ReadonlySet<string>): readonly [string, string] {
  const parts: unknown = typeof value === "string" ? value.split(" ") : value;
  if (!Array.isArray(parts) || parts.length !== 2) {
    throw bad(`model.merges[${rank}] must be "left right" or ["left", "right"], got ${show(value)}`);
  }
  const [left, right] = parts as [unknown, unknown];
  if (typeof left !== "string" || typeof right !== "string") throw bad(`model.merges[${rank}] must join two tokens, got ${show(value)}`);
  for (const token of [left, right, left + right]) {
    if (!vocabulary.has(token)) throw bad(`model.merges[${rank}] needs ${show(token)}, which is not in the vocabulary`);
  }
  return [left, right];
}

/** A file may list its special tokens in the vocabulary alone; they are markup all the same. */
function withSpecialTokens(addedTokens: readonly AddedToken[], tokens: readonly string[]): AddedToken[] {
  const listed = new Set(addedTokens.map(({ content }) => content));
  const unlisted = Object.values(SPECIAL_TOKEN_NAMES).filter((name) => !listed.has(name));
  const added = unlisted.map((content) => ({ id: tokens.indexOf(content), content, stripsLeft: false, stripsRight: false, isSpecial: true }));
  return [...addedTokens, ...added].sort((a, b) => a.id - b.id);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DataError("data/bad-tokenizer", "data: the tokenizer is not JSON; a Hugging Face tokenizer.json is needed", { cause });
  }
}

function object(value: unknown, where: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw bad(`${where} must be an object, got ${show(value)}`);
  return value as Json;
}

function array(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw bad(`${where} must be an array, got ${show(value)}`);
  return value;
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 80);
}

function bad(problem: string): DataError {
  return new DataError("data/bad-tokenizer", `data: cannot read this tokenizer.json as byte-level BPE: ${problem}`);
}
