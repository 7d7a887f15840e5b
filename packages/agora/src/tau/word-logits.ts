import { type Backend, type Program } from "@bort/graph";
import { type MlmModel, mlmNodes } from "@bort/nn";
import { type WordReading } from "./word-readings.js";

export interface WordLogitsOptions {
  readonly backend: Backend;
  readonly model: MlmModel;
  /** The id that fills readings up to their length. */
  readonly padTokenId: number;
  /** The most tokens of a reading. */
  readonly maxLength: number;
}

/** Readings in a batch. */
const BATCH_SIZE = 8;

/** Readings are padded to a multiple of this, so that few programs are needed. */
const LENGTH_STEP = 16;

/** Words of a reading that are looked at in one batch: no more, because each has as many logits as the vocabulary has tokens. */
const wordsPerReading = (length: number): number => Math.min(16, Math.ceil(length / 4));

/** The logits of words in readings, computed by one program for each padded length. */
export class WordLogits {
  readonly #programs = new Map<number, Program>();

  constructor(private readonly options: WordLogitsOptions) {}

  /** The readings in batches of like length; one with many words is in several, each time with some of them. */
  batches<R extends WordReading>(readings: readonly R[]): R[][] {
    const rows = readings.flatMap((reading) =>
      chunks(reading.words, wordsPerReading(this.#padded(reading.ids.length))).map((words): R => ({ ...reading, words })));
    return chunks(rows.sort((a, b) => a.ids.length - b.ids.length), BATCH_SIZE);
  }

  /** Of each reading of a batch, for each of its words: `[vocabulary]`. */
  async of(batch: readonly WordReading[]): Promise<Float32Array[][]> {
    const { model: { arch, parameters }, padTokenId } = this.options;
    const length = this.#padded(Math.max(...batch.map(({ ids }) => ids.length)));
    const ids = new Int32Array(BATCH_SIZE * length).fill(padTokenId); // [batch, length]
    batch.forEach((reading, row) => ids.set(reading.ids, row * length));
    const positions = new Int32Array(BATCH_SIZE * wordsPerReading(length));
    positions.set(batch.flatMap(({ words }, row) => words.map(({ position }) => row * length + position)));
    const { logits } = await (await this.#program(length)).run({ ...parameters.views, ids, positions });
    const all = logits!.data as Float32Array; // [batch * words, vocabulary]
    let at = 0;
    return batch.map(({ words }) => words.map(() => all.subarray(at, at += arch.vocabSize)));
  }

  async close(): Promise<void> {
    const programs = [...this.#programs.values()];
    this.#programs.clear();
    for (const program of programs) await program.dispose();
  }

  #padded(length: number): number {
    return Math.min(this.options.maxLength, Math.ceil(length / LENGTH_STEP) * LENGTH_STEP);
  }

  async #program(length: number): Promise<Program> {
    const { backend, model: { arch }, padTokenId } = this.options;
    const shape = { batchSize: BATCH_SIZE, sequenceLength: length, maskedPerSequence: wordsPerReading(length), padded: true };
    const program = this.#programs.get(length) ?? (await backend.compile({ logits: mlmNodes({ ...arch, padTokenId }, shape).logits }));
    this.#programs.set(length, program);
    return program;
  }
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
