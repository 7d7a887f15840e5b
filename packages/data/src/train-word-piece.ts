import { specialTokenEntry } from "./added-tokens.js";
import { bertNormalizer } from "./bert-normalizer.js";
import { DataError } from "./data-error.js";
import { checkTrainingOptions, learnMerges, type StartingSymbols, type TrainTokenizerOptions } from "./learn-merges.js";
import { bertWords } from "./pre-tokenizer.js";
import { BERT_SPECIAL_TOKEN_NAMES, type Tokenizer } from "./tokenizer.js";
import { tokenizerOfDocument } from "./tokenizer-json.js";
import { wordPieceDocument } from "./word-piece-document.js";

/** How to train a WordPiece tokenizer. */
export interface TrainWordPieceOptions extends TrainTokenizerOptions {
  /** Whether texts are lowercased and lose their accents. Default true. */
  readonly lowercase?: boolean;
  /** The most characters to keep; the rarest are left out, and of equals those of higher code point. Words with them are unknown. Default 1000. */
  readonly alphabetSize?: number;
}

const SPECIAL_TOKENS = Object.values(BERT_SPECIAL_TOKEN_NAMES);

/** What tokens inside a word begin with. */
const PREFIX = "##";

/**
 * Trains a WordPiece tokenizer on a stream of texts, as Hugging Face's WordPiece trainer does: byte-pair encoding over characters, those inside a word
 * marked by `##`, whose merges are then forgotten. (Schuster and Nakajima 2012 choose pairs by likelihood; BERT's own trainer was never released.)
 *
 * Ids 0 to 4 are `[PAD] [UNK] [CLS] [SEP] [MASK]`, then come the characters, those inside words, and what the merges made. Characters are in the order of
 * their code points; the library numbers those inside words as its hash table happens to yield them, which decides between equally frequent pairs.
 * The vocabulary is smaller than asked for only where the texts have no more pairs. The texts' order does not matter.
 *
 * @throws DataError `data/bad-option`, also where the characters alone are more than `vocabSize`; `data/empty-corpus` where the texts are empty.
 */
export async function trainWordPiece(texts: Iterable<string> | AsyncIterable<string>, options: TrainWordPieceOptions): Promise<Tokenizer> {
  const { vocabSize, lowercase = true, alphabetSize = 1000 } = options;
  checkTrainingOptions(options, SPECIAL_TOKENS.length + 1);
  if (!Number.isInteger(alphabetSize) || alphabetSize < 1) {
    throw new DataError("data/bad-option", `data: alphabetSize must be an integer of at least 1, got ${alphabetSize}`);
  }
  const normalize = bertNormalizer({ lowercases: lowercase });
  const { tokens } = await learnMerges(texts, {
    cut: (text) => bertWords(normalize(text)),
    startFrom: (counts) => startingSymbols(counts, alphabetSize, vocabSize),
    join: (left, right) => left + right.slice(PREFIX.length),
  }, options);
  return tokenizerOfDocument(wordPieceDocument({
    vocabulary: Object.fromEntries(tokens.map((token, id) => [token, id])),
    addedTokens: SPECIAL_TOKENS.map((content, id) => specialTokenEntry(id, content)),
    names: BERT_SPECIAL_TOKEN_NAMES,
    lowercase,
  }));
}

/** The characters of the words, and those that stand inside one; characters outside the alphabet are passed over. */
function startingSymbols(counts: ReadonlyMap<string, number>, alphabetSize: number, vocabSize: number): StartingSymbols {
  const alphabet = alphabetOf(counts, alphabetSize);
  const inside = new Set<string>();
  for (const word of counts.keys()) [...word].slice(1).forEach((character) => inside.add(character));
  const continuing = alphabet.filter((character) => inside.has(character)).map((character) => PREFIX + character);
  const tokens = [...SPECIAL_TOKENS, ...alphabet, ...continuing];
  if (tokens.length > vocabSize) {
    throw new DataError("data/bad-option",
      `data: the texts' ${alphabet.length} characters take ${tokens.length} tokens, and vocabSize is ${vocabSize}; raise it, or lower alphabetSize`);
  }
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const symbolOf = (character: string, i: number): number | undefined => ids.get(i === 0 ? character : PREFIX + character);
  return { tokens, symbolsOf: (word) => Int32Array.from([...word].map(symbolOf).filter((id) => id !== undefined)) };
}

/** The most frequent characters, in the order of their code points. */
function alphabetOf(wordCounts: ReadonlyMap<string, number>, size: number): string[] {
  const counts = new Map<string, number>();
  for (const [word, count] of wordCounts) for (const character of word) counts.set(character, (counts.get(character) ?? 0) + count);
  const codePoint = ([character]: readonly [string, number]): number => character.codePointAt(0)!;
  const kept = [...counts].sort((a, b) => b[1] - a[1] || codePoint(a) - codePoint(b)).slice(0, size);
  return kept.sort((a, b) => codePoint(a) - codePoint(b)).map(([character]) => character);
}
