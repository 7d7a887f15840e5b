import { join } from "node:path";
import {
  type Corpus, type MlmBatches, type MlmBatchesOptions, type StoredTokens, type Tokenizer, documents, mlmBatches, openTokenShards, sentencePacking, trainByteLevelBpe,
  wordStarts, writeTokenShards,
} from "@bort/data";
import { requireCount } from "./require-count.js";

/**
 * What it takes to bring text to disk as tokens, in one pass each. Seconds are of processor time, all threads together: what one core takes, however busy
 * the machine is.
 */
export interface PreparationRates {
  readonly documents: number;
  /** Of the documents, as UTF-8. */
  readonly textBytes: number;
  readonly tokens: number;
  /** Reading the documents alone. */
  readonly readBytesPerSecond: number;
  /** Training the vocabulary, the words counted and merged. */
  readonly vocabularySeconds: number;
  /** Reading, encoding and writing shards. */
  readonly tokensPerSecond: number;
  /** The most resident memory that the process has had. */
  readonly peakBytes: number;
}

/** How fast masked batches are made of shards, in processor time. */
export interface BatchRate {
  readonly packing: "full-document" | "document" | "sentence";
  readonly wholeWords: boolean;
  readonly sequenceLength: number;
  /** Places in the batches, padding included. */
  readonly tokensPerSecond: number;
}

/** The rate from text to masked batches of full documents, which hold each token once and no padding. */
export function endToEndRate(preparation: PreparationRates, batches: BatchRate): number {
  return 1 / (1 / preparation.tokensPerSecond + 1 / batches.tokensPerSecond);
}

/** A corpus that was prepared while it was timed. */
export interface TimedPreparation {
  readonly rates: PreparationRates;
  readonly tokenizer: Tokenizer;
  readonly tokens: StoredTokens;
}

/** Prepares all of a corpus in `folder`, and times the stages. */
export async function timePreparation(corpus: Corpus, folder: string, vocabSize: number): Promise<TimedPreparation> {
  const size = { documents: 0, bytes: 0 };
  const readSeconds = await secondsOf(async () => {
    for await (const document of documents(corpus)) {
      size.documents++;
      size.bytes += Buffer.byteLength(document);
    }
  });
  let tokenizer!: Tokenizer;
  const vocabularySeconds = await secondsOf(async () => void (tokenizer = await trainByteLevelBpe(documents(corpus), { vocabSize })));
  const prefix = join(folder, "benchmark");
  let summary!: Awaited<ReturnType<typeof writeTokenShards>>;
  const tokenizeSeconds = await secondsOf(async () => void (summary = await writeTokenShards(prefix, documents(corpus), tokenizer)));
  return {
    tokenizer, tokens: openTokenShards(prefix, summary, tokenizer),
    rates: {
      documents: size.documents, textBytes: size.bytes, tokens: summary.tokens, readBytesPerSecond: size.bytes / readSeconds, vocabularySeconds,
      tokensPerSecond: summary.tokens / tokenizeSeconds, peakBytes: 1024 * process.resourceUsage().maxRSS,
    },
  };
}

export interface MeasureBatchesOptions {
  /** Places that are made for each rate, about. Default 2^21. */
  readonly places?: number;
}

/** Times batches of 16 sequences of 128 and of 512 tokens in a random order, by every packing; the first are not counted. Throws `bench/bad-option`. */
export function measureBatches(tokens: StoredTokens, tokenizer: Tokenizer, { places = 2 ** 21 }: MeasureBatchesOptions = {}): BatchRate[] {
  requireCount("places", places, 1);
  const packings = [["full-document", "full-document"], ["document", "document"], ["sentence", sentencePacking(tokenizer)]] as const;
  const starts = wordStarts(tokenizer);
  const variants = [128, 512].flatMap((sequenceLength) => packings.flatMap(([name, packing]) =>
    [false, true].map((wholeWords) => ({ name, sequenceLength, wholeWords, options: { packing, ...(wholeWords && { wordStarts: starts }) } }))));
  return variants.map(({ name, sequenceLength, wholeWords, options }) => {
    const batches = mlmBatches(tokens, { ...options, batchSize: 16, sequenceLength, seed: 0, tokenizer } satisfies MlmBatchesOptions);
    return { packing: name, wholeWords, sequenceLength, tokensPerSecond: placesPerSecond(batches, 16 * sequenceLength, places) };
  });
}

function placesPerSecond(batches: MlmBatches, batchPlaces: number, places: number): number {
  const count = Math.ceil(places / batchPlaces);
  const warmUp = Math.min(50, count);
  for (let step = 0; step < warmUp; step++) batches.at(step);
  const start = processorSeconds();
  for (let step = warmUp; step < warmUp + count; step++) batches.at(step);
  return (count * batchPlaces) / (processorSeconds() - start);
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const start = processorSeconds();
  await work();
  return processorSeconds() - start;
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
