import { type MlmBatch, type StoredTokens } from "@bort/data";
import { expect, it } from "vitest";
import { unigramBaseline } from "./unigram-baseline.js";

/** Ids 0 to 4 are special. */
const special = { begin: 0, pad: 1, end: 2, unknown: 3, mask: 4 };

function baseline(text: readonly number[], labels: readonly number[], weights: readonly number[] = labels.map(() => 1)): ReturnType<typeof unigramBaseline> {
  const train: StoredTokens = {
    tokens: text.length, vocabSize: 8, documents: 1, read: (offset, count) => Int32Array.from(text.slice(offset, offset + count)), close: () => {},
  };
  const batch: MlmBatch = { ids: new Int32Array(8), positions: new Int32Array(labels.length), labels: Int32Array.from(labels), weights: Float32Array.from(weights) };
  return unigramBaseline({ train, tokenizer: { vocabSize: 8, special } as Parameters<typeof unigramBaseline>[0]["tokenizer"] }, [batch, batch]);
}

it("names the most frequent token that is not special, and knows frequencies counted once more than seen", () => {
  const { loss, accuracy } = baseline([5, 2, 2, 2, 2, 2, 6, 6, 2], [6, 6, 5, 7]);
  expect(accuracy).toBe(0.5);
  expect(loss).toBeCloseTo(-(2 * Math.log(3 / 6) + Math.log(2 / 6) + Math.log(1 / 6)) / 4, 12);
});

it("leaves out places that are not masked", () => {
  expect(baseline([6, 6, 5], [6, 5, 0], [1, 1, 0])).toEqual(baseline([6, 6, 5], [6, 5]));
});

it("reads long texts in pieces", () => {
  const text = Array.from({ length: 2 ** 20 + 3 }, (_, i) => (i < 2 ** 20 ? 5 + (i % 2) : 7));
  expect(baseline(text, [7]).loss).toBeCloseTo(Math.log((2 ** 20 + 6) / 4), 9);
});
