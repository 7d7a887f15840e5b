import type { AddedToken, BpeModel } from "./bpe-model.js";
import { BYTE_SYMBOLS, symbolBytes } from "./byte-symbols.js";
import { DataError } from "./data-error.js";
import { Heap } from "./heap.js";
import { preTokens } from "./pre-tokens.js";
import { formatTokenizerJson, parseTokenizerJson } from "./tokenizer-json.js";
import { SPECIAL_TOKEN_NAMES, type SpecialTokens, type Tokenizer } from "./tokenizer.js";

/**
 * Reads a byte-level BPE tokenizer from the text of a Hugging Face `tokenizer.json`.
 * Special tokens are found by their names, so their ids may be any. Throws `data/bad-tokenizer` that says what is wrong.
 */
export function readTokenizerJson(text: string): Tokenizer {
  return new ByteLevelBpe(parseTokenizerJson(text));
}

/** Byte-level byte-pair encoding (Sennrich et al. 2016; Radford et al. 2019): spells any text, so it has no unknown words. */
export class ByteLevelBpe implements Tokenizer {
  readonly vocabSize: number;
  readonly special: SpecialTokens;
  readonly #model: BpeModel;
  readonly #merger: PairMerger;
  readonly #added: AddedTokenFinder;
  readonly #bytes: (Uint8Array | undefined)[];

  /** `model` is trusted: its ids have no gap and its merges join tokens of the vocabulary. */
  constructor(model: BpeModel) {
    const ids = new Map(model.tokens.map((token, id) => [token, id]));
    const special = (role: keyof SpecialTokens): number => ids.get(SPECIAL_TOKEN_NAMES[role])!;
    this.vocabSize = model.tokens.length;
    this.special = {
      begin: special("begin"), pad: special("pad"), end: special("end"), unknown: special("unknown"), mask: special("mask"),
    };
    this.#model = model;
    this.#merger = new PairMerger(model, ids);
    this.#added = new AddedTokenFinder(model.addedTokens);
    this.#bytes = new Array<Uint8Array | undefined>(model.tokens.length).fill(undefined);
    for (const { id, content } of model.addedTokens) this.#bytes[id] = new TextEncoder().encode(content);
  }

  encode(text: string): Int32Array {
    const ids: number[] = [];
    for (const piece of this.#added.split(text)) {
      if (typeof piece === "number") ids.push(piece);
      else for (const preToken of preTokens(piece)) this.#merger.append(preToken, ids);
    }
    return new Int32Array(ids);
  }

  decode(ids: ArrayLike<number>): string {
    const parts: Uint8Array[] = [];
    for (let i = 0; i < ids.length; i++) parts.push(this.#bytesOf(ids[i]!));
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.concat(parts));
  }

  idToToken(id: number): string {
    const token = this.#model.tokens[id];
    if (token === undefined) {
      throw new DataError("data/bad-tokens", `data: a token id must be an integer in [0, ${this.vocabSize}), got ${id}`);
    }
    return token;
  }

  toJson(): string {
    return formatTokenizerJson(this.#model);
  }

  #bytesOf(id: number): Uint8Array {
    return (this.#bytes[id] ??= symbolBytes(this.idToToken(id)));
  }
}

/** The most pre-tokens that are remembered, and the longest one that is, in UTF-16 units: some tens of megabytes in all. */
const CACHE_ENTRIES = 65_536;
const CACHED_LENGTH = 64;

/** Joins the bytes of one pre-token into tokens, the pair of lowest rank first and the leftmost of equals. */
class PairMerger {
  readonly #vocabSize: number;
  readonly #byteIds: Int32Array;
  /** The rank of a pair by `left * vocabSize + right`. */
  readonly #rankOf = new Map<number, number>();
  readonly #joined: Int32Array; // [merges], the token that each merge makes
  readonly #cache = new Map<string, Int32Array>();
  readonly #encoder = new TextEncoder();

  constructor({ tokens, merges }: BpeModel, ids: ReadonlyMap<string, number>) {
    this.#vocabSize = tokens.length;
    this.#byteIds = Int32Array.from(BYTE_SYMBOLS, (symbol) => ids.get(symbol)!);
    this.#joined = new Int32Array(merges.length);
    merges.forEach(([left, right], rank) => {
      this.#rankOf.set(ids.get(left)! * this.#vocabSize + ids.get(right)!, rank);
      this.#joined[rank] = ids.get(left + right)!;
    });
  }

  /** Appends the ids of `preToken` to `output`. */
  append(preToken: string, output: number[]): void {
    let ids = this.#cache.get(preToken);
    if (ids === undefined) {
      ids = this.#merge(this.#encoder.encode(preToken));
      if (preToken.length <= CACHED_LENGTH) this.#remember(preToken, ids);
    }
    for (let i = 0; i < ids.length; i++) output.push(ids[i]!);
  }

  #remember(preToken: string, ids: Int32Array): void {
    if (this.#cache.size >= CACHE_ENTRIES) this.#cache.clear();
    this.#cache.set(preToken, ids);
  }

  /**
   * The symbols are a linked list, and a heap holds the pairs that may be joined as `rank * length + position`,
   * so that a pre-token of n bytes takes O(n log n): a line of a million equal letters is not a trap.
   */
  #merge(bytes: Uint8Array): Int32Array {
    const length = bytes.length;
    const ids = Int32Array.from(bytes, (byte) => this.#byteIds[byte]!);
    const next = Int32Array.from(bytes, (_, i) => i + 1);
    const previous = Int32Array.from(bytes, (_, i) => i - 1);
    const heap = new Heap<number>((a, b) => a < b);
    const rankAt = (position: number): number | undefined => {
      const right = next[position]!;
      return right < length ? this.#rankOf.get(ids[position]! * this.#vocabSize + ids[right]!) : undefined;
    };
    const consider = (position: number): void => {
      const rank = rankAt(position);
      if (rank !== undefined) heap.push(rank * length + position);
    };
    for (let position = 0; position < length - 1; position++) consider(position);
    for (let entry = heap.pop(); entry !== undefined; entry = heap.pop()) {
      const position = entry % length;
      const rank = Math.floor(entry / length);
      if (ids[position] === JOINED || rankAt(position) !== rank) continue; // An earlier merge took a part of this pair.
      const right = next[position]!;
      ids[position] = this.#joined[rank]!;
      ids[right] = JOINED;
      next[position] = next[right]!;
      if (next[position]! < length) previous[next[position]!] = position;
      if (previous[position]! >= 0) consider(previous[position]!);
      consider(position);
    }
    return ids.filter((id) => id !== JOINED);
  }
}

/** Marks a symbol that has become a part of the one on its left. */
const JOINED = -1;

/** Finds the added tokens in a text: the leftmost first, the longest of those that start together. */
class AddedTokenFinder {
  readonly #byContent: ReadonlyMap<string, AddedToken>;
  readonly #pattern: RegExp;

  constructor(tokens: readonly AddedToken[]) {
    this.#byContent = new Map(tokens.map((token) => [token.content, token]));
    const longestFirst = [...this.#byContent.keys()].sort((a, b) => b.length - a.length);
    this.#pattern = new RegExp(longestFirst.map(escapePattern).join("|"), "gu");
  }

  /** The text in pieces: a string is text between added tokens, a number is an added token's id. */
  *split(text: string): Generator<string | number> {
    let start = 0;
    for (const match of text.matchAll(this.#pattern)) {
      const token = this.#byContent.get(match[0])!;
      let end = match.index;
      if (token.stripsLeft) while (end > start && isWhiteSpace(text[end - 1]!)) end--;
      if (end > start) yield text.slice(start, end);
      yield token.id;
      start = match.index + match[0].length;
      if (token.stripsRight) while (start < text.length && isWhiteSpace(text[start]!)) start++;
    }
    if (start < text.length) yield text.slice(start);
  }
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

function isWhiteSpace(character: string): boolean {
  return /\p{White_Space}/u.test(character);
}
