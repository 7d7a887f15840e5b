import { breather } from "./breather.js";
import { countPreTokens } from "./count-pre-tokens.js";
import { DataError } from "./data-error.js";
import { MergeQueue } from "./merge-queue.js";
import type { Merge } from "./pair-merger.js";

/** How to train a tokenizer. */
export interface TrainTokenizerOptions {
  /** The number of tokens to end with. */
  readonly vocabSize: number;
  /** How often a pair must stand in the texts to become a token. Default 2. */
  readonly minFrequency?: number;
  readonly signal?: AbortSignal;
  /** Called with the merges found and the merges wanted. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** The symbols that merging starts from. */
export interface StartingSymbols {
  /** The special tokens and the symbols, by id. */
  readonly tokens: readonly string[];
  /** The ids of a word's symbols. */
  readonly symbolsOf: (word: string) => Int32Array;
}

/** What tells one kind of vocabulary from another. */
export interface VocabularyKind {
  /** Cuts a text into the words that no token crosses. */
  readonly cut: (text: string) => readonly string[];
  /** Throws `data/bad-option` where they do not fit into the vocabulary. */
  readonly startFrom: (counts: ReadonlyMap<string, number>) => StartingSymbols;
  /** The token that a pair makes. */
  readonly join: (left: string, right: string) => string;
}

/** A vocabulary that was learned: all tokens by id, and the pairs that made those after the first. */
export interface LearnedVocabulary {
  readonly tokens: readonly string[];
  readonly merges: readonly Merge[];
}

/**
 * Byte-pair encoding (Sennrich et al. 2016, algorithm 1): joins the most frequent pair of neighbouring tokens into a new one, of equals that with the
 * lower left id, then the lower right id, until the vocabulary is full or no pair stands `minFrequency` times. The texts' order does not matter.
 *
 * @throws DataError `data/bad-option`, or `data/empty-corpus` where the texts are empty.
 */
export async function learnMerges(
  texts: Iterable<string> | AsyncIterable<string>, { cut, startFrom, join }: VocabularyKind, options: TrainTokenizerOptions,
): Promise<LearnedVocabulary> {
  const { vocabSize, minFrequency = 2, signal, onProgress } = options;
  const breathe = breather(signal);
  const counts = await countPreTokens(texts, { cut, breathe });
  if (counts.size === 0) throw new DataError("data/empty-corpus", "data: a tokenizer needs text to train on, got none");

  const start = startFrom(counts);
  const queue = await queueWords(counts, start, vocabSize, breathe);
  const tokens = [...start.tokens];
  const merges: Merge[] = [];
  const wanted = vocabSize - tokens.length;
  while (merges.length < wanted) {
    const pair = queue.pop(minFrequency);
    if (pair === undefined) break;
    const merge: Merge = [tokens[pair.left]!, tokens[pair.right]!];
    queue.merge(pair, tokens.length);
    tokens.push(join(...merge)); // New: equal symbols are cut alike wherever no token crosses their ends, so no other pair spells them.
    merges.push(merge);
    if (merges.length % 100 === 0) onProgress?.(merges.length, wanted);
    await breathe();
  }
  onProgress?.(merges.length, wanted);
  return { tokens, merges };
}

/** Checks what both kinds of training ask for; `smallest` is the least number of tokens that makes sense. */
export function checkTrainingOptions({ vocabSize, minFrequency = 2 }: TrainTokenizerOptions, smallest: number): void {
  if (!Number.isInteger(vocabSize) || vocabSize < smallest || vocabSize > 2 ** 24) {
    throw new DataError("data/bad-option", `data: vocabSize must be an integer in [${smallest}, 2^24], got ${vocabSize}`);
  }
  if (!Number.isInteger(minFrequency) || minFrequency < 1) {
    throw new DataError("data/bad-option", `data: minFrequency must be an integer of at least 1, got ${minFrequency}`);
  }
}

async function queueWords(
  counts: ReadonlyMap<string, number>, { symbolsOf }: StartingSymbols, vocabSize: number, breathe: () => Promise<void>,
): Promise<MergeQueue> {
  let symbols = 0;
  for (const word of counts.keys()) symbols += Buffer.byteLength(word); // At most: a symbol has a byte or more.
  const queue = new MergeQueue(symbols, vocabSize);
  for (const [word, count] of counts) {
    queue.add(symbolsOf(word), count);
    await breathe();
  }
  queue.start();
  return queue;
}
