import { breather } from "./breather.js";
import { ByteLevelBpe } from "./byte-level-bpe.js";
import { BYTE_SYMBOLS } from "./byte-symbols.js";
import { countPreTokens } from "./count-pre-tokens.js";
import { DataError } from "./data-error.js";
import { MergeQueue } from "./merge-queue.js";
import { SPECIAL_TOKEN_NAMES, type Tokenizer } from "./tokenizer.js";

/** How to train a tokenizer. */
export interface TrainByteLevelBpeOptions {
  /** The number of tokens, at least 261: five special ones, 256 bytes, and the merges. */
  readonly vocabSize: number;
  /** How often a pair must stand in the texts to become a token. Default 2. */
  readonly minFrequency?: number;
  readonly signal?: AbortSignal;
  /** Called with the merges found and the merges wanted. */
  readonly onProgress?: (done: number, total: number) => void;
}

const SPECIAL_TOKENS = Object.values(SPECIAL_TOKEN_NAMES);
const SMALLEST_VOCABULARY = SPECIAL_TOKENS.length + BYTE_SYMBOLS.length;

/**
 * Trains a byte-level BPE tokenizer on a stream of texts: ids 0 to 4 are `<s> <pad> </s> <unk> <mask>`, then come the bytes, then the merges.
 * The vocabulary is smaller than asked for only where the texts have no more pairs. The texts' order does not matter.
 * Throws `data/bad-option`, or `data/empty-corpus` where the texts are empty. Source: Sennrich et al. 2016, algorithm 1.
 */
export async function trainByteLevelBpe(
  texts: Iterable<string> | AsyncIterable<string>,
  { vocabSize, minFrequency = 2, signal, onProgress }: TrainByteLevelBpeOptions,
): Promise<Tokenizer> {
  if (!Number.isInteger(vocabSize) || vocabSize < SMALLEST_VOCABULARY || vocabSize > 2 ** 24) {
    throw new DataError("data/bad-option", `data: vocabSize must be an integer in [${SMALLEST_VOCABULARY}, 2^24], got ${vocabSize}`);
  }
  if (!Number.isInteger(minFrequency) || minFrequency < 1) {
    throw new DataError("data/bad-option", `data: minFrequency must be an integer of at least 1, got ${minFrequency}`);
  }
  const breathe = breather(signal);
  const counts = await countPreTokens(texts, { breathe });
  if (counts.size === 0) throw new DataError("data/empty-corpus", "data: a tokenizer needs text to train on, got none");

  const tokens = [...SPECIAL_TOKENS, ...[...BYTE_SYMBOLS].sort()];
  const queue = await queueWords(counts, tokens, vocabSize, breathe);
  const merges: [string, string][] = [];
  const wanted = vocabSize - tokens.length;
  while (merges.length < wanted) {
    const pair = queue.pop(minFrequency);
    if (pair === undefined) break;
    const [left, right] = [tokens[pair.left]!, tokens[pair.right]!];
    queue.merge(pair, tokens.length);
    tokens.push(left + right); // New: equal bytes are cut alike wherever no token crosses their ends, so no other pair spells them.
    merges.push([left, right]);
    if (merges.length % 100 === 0) onProgress?.(merges.length, wanted);
    await breathe();
  }
  onProgress?.(merges.length, wanted);
  const addedTokens = SPECIAL_TOKENS.map((content, id) => ({ id, content, stripsLeft: false, stripsRight: false, isSpecial: true }));
  return new ByteLevelBpe({ tokens, merges, addedTokens });
}

async function queueWords(
  counts: ReadonlyMap<string, number>, tokens: readonly string[], vocabSize: number, breathe: () => Promise<void>,
): Promise<MergeQueue> {
  const idOfByte = Int32Array.from(BYTE_SYMBOLS, (symbol) => tokens.indexOf(symbol));
  const encoder = new TextEncoder();
  let symbols = 0;
  for (const word of counts.keys()) symbols += Buffer.byteLength(word);
  const queue = new MergeQueue(symbols, vocabSize);
  for (const [word, count] of counts) {
    queue.add(Int32Array.from(encoder.encode(word), (byte) => idOfByte[byte]!), count);
    await breathe();
  }
  queue.start();
  return queue;
}
