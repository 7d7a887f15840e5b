import { type MlmBatches, mlmBatches, random } from "@bort/data";
import { type MlmShape } from "./mlm.js";

const special = { begin: 0, pad: 1, end: 2, unknown: 3, mask: 4 };

/**
 * Masked batches of a language in which each of the tokens from 5 on is followed by one of two others.
 *
 * `seed` chooses the text; the language is always the same.
 */
export function chainBatches(vocabSize: number, { batchSize, sequenceLength, maskedPerSequence }: MlmShape, seed: number): MlmBatches {
  const rng = random(seed, "chain");
  const words = vocabSize - 5;
  const text = [0];
  while (text.length < 64 * sequenceLength) text.push((3 * text.at(-1)! + 1 + rng.integer(2)) % words);
  const tokens = {
    tokens: text.length, vocabSize, close: () => {},
    read: (offset: number, count: number) => Int32Array.from(text.slice(offset, offset + count), (word) => word + 5),
  };
  return mlmBatches(tokens, { batchSize, sequenceLength, maskedPerSequence, seed, tokenizer: { special, vocabSize } });
}
