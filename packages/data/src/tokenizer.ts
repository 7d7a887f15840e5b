/** The ids of the tokens that stand for no text of their own. */
export interface SpecialTokens {
  /** `<s>`, the start of every sequence. */
  readonly begin: number;
  /** `<pad>`, which fills a sequence up to its length. */
  readonly pad: number;
  /** `</s>`, the end of a sequence, and what stands between the two texts of a pair. */
  readonly end: number;
  /** `<unk>`, text that the vocabulary cannot spell; byte-level tokenizers never produce it. */
  readonly unknown: number;
  /** `<mask>`, in the place of a token to predict. */
  readonly mask: number;
}

/** How the special tokens are spelled, in the order of their ids in a tokenizer trained here (RoBERTa's names and order). */
export const SPECIAL_TOKEN_NAMES: { readonly [role in keyof SpecialTokens]: string } = {
  begin: "<s>", pad: "<pad>", end: "</s>", unknown: "<unk>", mask: "<mask>",
};

/** Text to token ids and back. */
export interface Tokenizer {
  /** The number of tokens, the special ones included: ids are the integers of [0, vocabSize). */
  readonly vocabSize: number;
  readonly special: SpecialTokens;
  /** The ids of `text`, with no special token around them; `decode(encode(text))` is `text` for well-formed Unicode. */
  encode(text: string): Int32Array;
  /** The text of `ids`, special tokens spelled out; throws `data/bad-tokens` for an id outside the vocabulary. */
  decode(ids: ArrayLike<number>): string;
  /** A token as the vocabulary spells it (`"Ġthe"` for " the"); throws `data/bad-tokens` for an id outside the vocabulary. */
  idToToken(id: number): string;
  /** The tokenizer as a Hugging Face `tokenizer.json`. */
  toJson(): string;
}
