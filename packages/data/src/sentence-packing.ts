import type { Tokenizer } from "./tokenizer.js";

/** Packing of whole sentences, and where they end. */
export interface SentencePacking {
  /** 1 for a token after which a sentence ends, by id; [vocab]. */
  readonly endsSentence: Uint8Array;
}

/** A mark that ends sentences, with quotes and brackets that close after it, or a line break. */
const SENTENCE_END = /[.?!…。！？]["'”’»)\]]*\s*$|\n\s*$/;

/** Packs whole sentences; one ends after a token that ends in a full stop, a question or exclamation mark, or a line break. So does "Mr.", for lack of a model. */
export function sentencePacking(tokenizer: Pick<Tokenizer, "vocabSize" | "decode">): SentencePacking {
  return { endsSentence: Uint8Array.from({ length: tokenizer.vocabSize }, (_, id) => Number(SENTENCE_END.test(tokenizer.decode([id])))) };
}
