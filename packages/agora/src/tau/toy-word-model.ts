import { uniformArch } from "@bort/arch";
import { random, type TextExample, type Tokenizer, trainByteLevelBpe, trainWordPiece } from "@bort/data";
import { createModel, type MlmModel } from "@bort/nn";
import { type Tau } from "../agora-options.js";
import { type Replacement } from "./likeliest-words.js";
import { type ReplacementOptions, type WordModel } from "./word-model.js";
import { wordAt, type Wording } from "./wording.js";

/** For tests: words that the toy tokenizers have as tokens; "Paris" is the only one with a capital. */
export const toyWords: readonly string[] = ["the", "film", "movie", "is", "was", "good", "bad", "plot", "actor", "we", "like", "don't", "Paris"];

const toyCorpus = (word: string): string[] => Array.from({ length: 40 }, () => `${word} `);

/** WordPiece, lowercased, of the toy words' characters and of what they merge to. */
export const toyWordPiece = (): Promise<Tokenizer> => trainWordPiece(toyWords.flatMap(toyCorpus), { vocabSize: 120 });

/** Byte-level BPE, which spells the space before a word. */
export const toyBytes = (): Promise<Tokenizer> => trainByteLevelBpe(toyWords.flatMap((word) => toyCorpus(` ${word}`)), { vocabSize: 320 });

/**
 * A model that finds likely, wherever it is asked, the tokens that it sees, the more the more often, and of others those that it `likes`. Its embedding is the
 * identity, its attention takes the mean of all that it sees, and its other matrices do nothing.
 */
export function bagOfWords(tokenizer: Tokenizer, positions: number, likes: Readonly<Record<string, number>> = {}): MlmModel {
  const size = tokenizer.vocabSize;
  const model = createModel(uniformArch({ depth: 1, heads: 1, hidden: size, intermediate: 1, vocabSize: size, positions }), { kind: "mlm" }, 0, 0);
  const setIdentity = (name: string, firstRow = 0): void => {
    for (let i = 0; i < size; i++) model.parameters.view(name)[(firstRow + i) * size + i] = 1;
  };
  setIdentity("embeddings.word");
  setIdentity("layers.0.attention.qkv.weight", 2 * size); // The rows of the values.
  setIdentity("layers.0.attention.output.weight");
  setIdentity("mlm.dense.weight");
  for (const [word, logit] of Object.entries(likes)) model.parameters.view("mlm.bias")[tokenizer.encode(` ${word}`)[0]!] = logit;
  return model;
}

/** A question as a text: what is asked for, in brackets. */
interface Asked {
  readonly texts: readonly string[];
  readonly options: ReplacementOptions;
}

/** A word model whose answers are written down; `asked` is what it was asked, with brackets around the words in question. */
export function scriptedWordModel(
  answer: (word: string, texts: readonly string[]) => readonly Replacement[], isToken: (word: string) => boolean = () => true,
): WordModel & { readonly asked: Asked[] } {
  const asked: Asked[] = [];
  return {
    asked,
    isToken: (wording, place) => isToken(wordAt(wording, place)),
    replacements: async (questions, options) => questions.map(({ wording, places }) => {
      const texts = bracketed(wording, (text, piece) => places.some((place) => place.text === text && place.piece === piece));
      asked.push({ texts, options });
      return places.map((place) => answer(wordAt(wording, place), texts));
    }),
    close: async () => undefined,
  };
}

const bracketed = (wording: Wording, isAsked: (text: number, piece: number) => boolean): string[] =>
  wording.map((pieces, text) => pieces.map((each, piece) => (isAsked(text, piece) ? `[${each}]` : each)).join(""));

export const transformed = (tau: Tau, examples: readonly TextExample[], seed = 1): Promise<readonly (TextExample | undefined)[]> =>
  tau.transform(examples, { random: random(seed, "tau"), signal: new AbortController().signal });
