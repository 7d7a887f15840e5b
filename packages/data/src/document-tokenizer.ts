import { type AddedToken, AddedTokenFinder } from "./added-tokens.js";
import { DataError } from "./data-error.js";
import { fillTemplate, type InputTemplate, type ModelInput } from "./input-template.js";
import type { Normalizer } from "./normalizer.js";
import type { PreTokenizer } from "./pre-tokenizer.js";
import type { TokenDecoder } from "./token-decoder.js";
import type { SpecialTokens, Tokenizer } from "./tokenizer.js";
import { WordCache } from "./word-cache.js";

/** What a `tokenizer.json` says, ready to run. */
export interface TokenizerStages {
  /** Every token by its id. */
  readonly tokens: readonly string[];
  readonly special: SpecialTokens;
  readonly addedTokens: readonly AddedToken[];
  readonly normalize: Normalizer;
  readonly preTokenizer: PreTokenizer;
  /** The ids of one word's tokens. */
  readonly idsOf: (word: string) => Int32Array;
  readonly template: InputTemplate;
  readonly decode: TokenDecoder;
}

/** A tokenizer that runs the stages of a `tokenizer.json` in their order, and keeps the document. */
export class DocumentTokenizer implements Tokenizer {
  readonly vocabSize: number;
  readonly special: SpecialTokens;
  readonly #stages: TokenizerStages;
  readonly #verbatim: AddedTokenFinder;
  readonly #normalized: AddedTokenFinder;
  readonly #words: WordCache;
  readonly #document: object;

  /** `stages` are trusted: their ids have no gap. */
  constructor(stages: TokenizerStages, document: object) {
    const { tokens, special, addedTokens, normalize, idsOf } = stages;
    this.vocabSize = tokens.length;
    this.special = special;
    this.#stages = stages;
    this.#verbatim = new AddedTokenFinder(addedTokens.filter(({ isNormalized }) => !isNormalized));
    this.#normalized = new AddedTokenFinder(addedTokens.filter(({ isNormalized }) => isNormalized), normalize);
    this.#words = new WordCache(idsOf);
    this.#document = document;
  }

  encode(text: string): Int32Array {
    const { normalize, preTokenizer } = this.#stages;
    const ids: number[] = [];
    for (const piece of this.#verbatim.split(text)) {
      if (typeof piece === "number") { ids.push(piece); continue; }
      for (const part of this.#normalized.split(normalize(piece))) {
        if (typeof part === "number") { ids.push(part); continue; }
        for (const word of preTokenizer.cut(part)) this.#words.append(word, ids);
      }
    }
    return new Int32Array(ids);
  }

  decode(ids: ArrayLike<number>): string {
    return this.#stages.decode(Array.from(ids, (id) => this.idToToken(id)));
  }

  modelInput(ids: ArrayLike<number>, pairIds?: ArrayLike<number>): ModelInput {
    return fillTemplate(this.#stages.template, ids, pairIds);
  }

  idToToken(id: number): string {
    const token = this.#stages.tokens[id];
    if (token === undefined) {
      throw new DataError("data/bad-tokens", `data: a token id must be an integer in [0, ${this.vocabSize}), got ${id}`);
    }
    return token;
  }

  toJson(): string {
    return `${JSON.stringify(this.#document, null, 2)}\n`;
  }
}
