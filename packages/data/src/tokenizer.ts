import type { ModelInput } from "./input-template.js";

/** The ids of the tokens that stand for no text of their own. */
export interface SpecialTokens {
  /** `<s>` or `[CLS]`, the start of every sequence. */
  readonly begin: number;
  /** `<pad>` or `[PAD]`, which fills a sequence up to its length. */
  readonly pad: number;
  /** `</s>` or `[SEP]`, the end of a sequence, and what stands between the two texts of a pair. */
  readonly end: number;
  /** `<unk>` or `[UNK]`, text that the vocabulary cannot spell; byte-level tokenizers never produce it. */
  readonly unknown: number;
  /** `<mask>` or `[MASK]`, in the place of a token to predict. */
  readonly mask: number;
}

/** How the special tokens are spelled. */
export type SpecialTokenNames = { readonly [role in keyof SpecialTokens]: string };

/** RoBERTa's names, in the order of their ids in a byte-level tokenizer trained here. */
export const SPECIAL_TOKEN_NAMES: SpecialTokenNames = {
  begin: "<s>", pad: "<pad>", end: "</s>", unknown: "<unk>", mask: "<mask>",
};

/** BERT's names. */
export const BERT_SPECIAL_TOKEN_NAMES: SpecialTokenNames = {
  pad: "[PAD]", unknown: "[UNK]", begin: "[CLS]", end: "[SEP]", mask: "[MASK]",
};

/** Text to token ids and back. */
export interface Tokenizer {
  /** The number of tokens, the special ones included: ids are the integers of [0, vocabSize). */
  readonly vocabSize: number;
  readonly special: SpecialTokens;
  /** The ids of `text`, with no special token around them. */
  encode(text: string): Int32Array;
  /**
   * The text of `ids`, special tokens spelled out. Of a byte-level tokenizer without a normalizer `decode(encode(text))` is `text` for well-formed
   * Unicode; of WordPiece it is the normalized text with its spaces guessed. Throws `data/bad-tokens` for an id outside the vocabulary.
   */
  decode(ids: ArrayLike<number>): string;
  /**
   * What a model reads of a text, or of a pair of texts, whose ids are given, with the special tokens that the tokenizer puts around them:
   * `[CLS] A [SEP] B [SEP]` of BERT, `<s> A </s></s> B </s>` of RoBERTa, `<s> A </s> B </s>` of Bort and of the byte-level tokenizers trained here.
   */
  modelInput(ids: ArrayLike<number>, pairIds?: ArrayLike<number>): ModelInput;
  /** A token as the vocabulary spells it (`"Ġthe"` for " the"); throws `data/bad-tokens` for an id outside the vocabulary. */
  idToToken(id: number): string;
  /** The tokenizer as a Hugging Face `tokenizer.json`; one that was read from such a file is the same document again. */
  toJson(): string;
}
