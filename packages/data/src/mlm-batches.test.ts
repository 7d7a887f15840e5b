import { describe, expect, it } from "vitest";
import { mlmBatches, validationBatches, type MlmBatch, type MlmBatchesOptions } from "./mlm-batches.js";
import type { TokenFile } from "./token-file.js";

const special = { begin: 0, pad: 1, end: 2, unknown: 3, mask: 4 };
const tokenizer = { special, vocabSize: 5000 };

/** A file whose token at position i is 5 + i, so that a token says where it came from. */
const countingFile = (tokens: number): TokenFile => (
  { tokens, vocabSize: 5000, read: (offset, count) => Int32Array.from({ length: count }, (_, i) => 5 + offset + i), close: () => undefined }
);
const options: MlmBatchesOptions = { batchSize: 4, sequenceLength: 12, seed: 1, tokenizer };

/** The batch before it was masked. */
function unmasked({ ids, positions, labels, weights }: MlmBatch): Int32Array {
  const original = ids.slice();
  positions.forEach((position, slot) => { if (weights[slot] === 1) original[position] = labels[slot]!; });
  return original;
}

/** The numbers of the sequences in a batch; throws where one is not packed as it should be. */
function sequencesIn(batch: MlmBatch): number[] {
  const original = unmasked(batch);
  return [0, 1, 2, 3].map((row) => {
    const sequence = [...original.subarray(row * 12, (row + 1) * 12)];
    const index = (sequence[1]! - 5) / 10;
    expect(sequence).toEqual([0, ...Array.from({ length: 10 }, (_, i) => 5 + index * 10 + i), 2]);
    return index;
  });
}

describe("mlmBatches", () => {
  const batches = mlmBatches(countingFile(437), options);
  const epoch = (number: number): number[] => Array.from({ length: 10 }, (_, step) => sequencesIn(batches.at(number * 10 + step))).flat();

  it("packs the file into sequences, and visits each at most once in an epoch", () => {
    expect([batches.sequences, batches.stepsPerEpoch]).toEqual([43, 10]);
    expect(new Set(epoch(0)).size).toBe(40);
    expect(epoch(0).every((index) => Number.isInteger(index) && index < 43)).toBe(true);
  });

  it("gives every epoch and every seed another order", () => {
    const ascending = [...epoch(0)].sort((a, b) => a - b);
    expect(epoch(0)).not.toEqual(ascending);
    expect(epoch(0)).not.toEqual(epoch(1));
    expect(sequencesIn(mlmBatches(countingFile(437), { ...options, seed: 2 }).at(0))).not.toEqual(sequencesIn(batches.at(0)));
  });

  it("has shapes [batch * seq] and [batch * masked], 15% of the sequence rounded up", () => {
    const { ids, positions, labels, weights } = batches.at(0);
    expect([ids.length, positions.length, labels.length, weights.length]).toEqual([48, 8, 8, 8]);
    expect([...weights]).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
    expect(mlmBatches(countingFile(437), { ...options, maskedPerSequence: 5 }).at(0).positions.length).toBe(20);
  });

  it("is a pure function of the seed and the step", () => {
    const forward = Array.from({ length: 25 }, (_, step) => batches.at(step));
    const again = mlmBatches(countingFile(437), options);
    for (let step = 24; step >= 0; step--) expect(again.at(step)).toEqual(forward[step]);
    expect(batches.at(7)).toEqual(forward[7]);
  });

  it("masks a sequence differently each time it comes", () => {
    const one = mlmBatches(countingFile(40), options);
    const masks = Array.from({ length: 10 }, (_, step) => [...one.at(step).positions].join());
    expect(new Set(masks).size).toBeGreaterThan(5);
  });

  it("may go in the order of the file, the same in every epoch", () => {
    const fixed = validationBatches(countingFile(437), { batchSize: 4, sequenceLength: 12, tokenizer });
    expect([0, 1, 9].map((step) => sequencesIn(fixed.at(step)))).toEqual([[0, 1, 2, 3], [4, 5, 6, 7], [36, 37, 38, 39]]);
    expect(fixed.at(13)).toEqual(fixed.at(3));
    expect(fixed.at(0)).toEqual(mlmBatches(countingFile(437), { ...options, seed: 0, order: "sequential" }).at(0));
  });

  it("packs and masks as it is told", () => {
    const documents = { ...countingFile(437), read: (offset: number, count: number) => Int32Array.from({ length: count }, (_, i) => ((offset + i) % 30 === 29 ? 2 : 5 + offset + i)) };
    const byDocument = mlmBatches(documents, { ...options, packing: "document", wordStarts: (previous, id) => id % 2 === 1 && previous > 0 });
    expect(byDocument.sequences).toBe(14 * 3 + 2);
    const batch = byDocument.at(3);
    expect(batch).toEqual(byDocument.at(3));
    const rows = [0, 1, 2, 3].map((row) => [...unmasked(batch).subarray(row * 12, (row + 1) * 12)]);
    expect(rows.every((row) => row[0] === 0 && row.includes(2) && row.slice(row.indexOf(2) + 1).every((id) => id === 1))).toBe(true);
    expect(() => mlmBatches(documents, { ...options, batchSize: 45, packing: "document" })).toThrow(expect.objectContaining({
      code: "data/corpus-too-small", message: expect.stringMatching(/45 sequences of 12, but the corpus has 44 sequences/) as string,
    }));
  });

  it("says how many tokens a batch needs where the corpus has fewer", () => {
    expect(mlmBatches(countingFile(40), options).stepsPerEpoch).toBe(1);
    expect(() => mlmBatches(countingFile(39), options)).toThrow(expect.objectContaining({
      code: "data/corpus-too-small", message: expect.stringMatching(/40 tokens, but the corpus has 39/) as string,
    }));
  });

  it.each<[Partial<MlmBatchesOptions>, string]>([
    [{ batchSize: 0 }, "data/bad-option"],
    [{ batchSize: 1.5 }, "data/bad-option"],
    [{ sequenceLength: 2 }, "data/bad-option"],
    [{ maskedPerSequence: 0 }, "data/bad-option"],
    [{ maskedPerSequence: 11 }, "data/bad-option"],
    [{ seed: NaN }, "data/bad-option"],
    [{ tokenizer: { special, vocabSize: 4999 } }, "data/bad-tokens"],
  ])("refuses %j", (change, code) => {
    expect(() => mlmBatches(countingFile(437), { ...options, ...change })).toThrow(expect.objectContaining({ code }));
  });

  it.each([-1, 0.5, NaN])("refuses the step %s", (step) => {
    expect(() => batches.at(step)).toThrow(expect.objectContaining({ code: "data/bad-option" }));
  });
});
