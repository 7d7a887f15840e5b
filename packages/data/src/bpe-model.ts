/** What a byte-level BPE tokenizer is made of. */
export interface BpeModel {
  /** Every token by its id, spelled in byte symbols; added tokens are spelled as they are. */
  readonly tokens: readonly string[];
  /** The pairs to join, the first to apply first. */
  readonly merges: readonly (readonly [left: string, right: string])[];
  /** The tokens that are recognised in the text before anything else, the five special ones among them. */
  readonly addedTokens: readonly AddedToken[];
}

/** A token that is found in the text as a whole and never taken apart. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Whether it takes the white space on its left with it, as RoBERTa's `<mask>` does. */
  readonly stripsLeft: boolean;
  /** Whether it takes the white space on its right with it. */
  readonly stripsRight: boolean;
  /** Whether it is markup rather than text. */
  readonly isSpecial: boolean;
}
