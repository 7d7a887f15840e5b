import { type Tokenizer } from "@bort/data";

/** Tokens that are words. */
export interface WordTokens {
  readonly ids: Int32Array;
  /** How they are written, without the space before them: one of each id. */
  readonly words: readonly string[];
}

/** The tokens of a vocabulary that are whole words, by where they may stand. */
export interface WordVocabulary {
  readonly afterSpace: WordTokens;
  /** After a bracket, for example, or a hyphen. */
  readonly elsewhere: WordTokens;
}

/**
 * A token is a word where it is made of letters alone and the tokenizer makes it, and nothing else, of that word. A byte-level tokenizer spells a word
 * otherwise where no space comes before it, and there has tokens that only begin or end one; of these, those are words that are one after a space too.
 */
export function wordVocabulary(tokenizer: Tokenizer): WordVocabulary {
  const special = new Set<number>(Object.values(tokenizer.special));
  const tokens = Array.from({ length: tokenizer.vocabSize }, (_, id) => ({ id, word: tokenizer.decode([id]).trimStart() }))
    .filter(({ id, word }) => !special.has(id) && /^[\p{L}\p{M}]+$/u.test(word));
  const spelling = (before: string): WordToken[] => tokens.filter(({ id, word }) => {
    const ids = tokenizer.encode(before + word);
    return ids.length === 1 && ids[0] === id;
  });
  const afterSpace = spelling(" ");
  const words = new Set(afterSpace.map(({ word }) => word.toLowerCase()));
  return { afterSpace: wordTokens(afterSpace), elsewhere: wordTokens(spelling("").filter(({ word }) => words.has(word.toLowerCase()))) };
}

interface WordToken {
  readonly id: number;
  readonly word: string;
}

const wordTokens = (tokens: readonly WordToken[]): WordTokens => ({ ids: Int32Array.from(tokens, ({ id }) => id), words: tokens.map(({ word }) => word) });
