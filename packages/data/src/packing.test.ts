import { describe, expect, it } from "vitest";
import { packSequences, type Packing } from "./packing.js";
import { random } from "./random.js";
import type { TokenFile } from "./token-file.js";

const special = { begin: 0, pad: 1, end: 2 };
const STOP = 9; // Ends a sentence.
const sentences: Packing = { endsSentence: Uint8Array.from({ length: 20 }, (_, id) => Number(id === STOP)) };

const fileOf = (tokens: readonly number[]): TokenFile => (
  { tokens: tokens.length, vocabSize: 20, read: (offset, count) => Int32Array.from(tokens.slice(offset, offset + count)), close: () => undefined }
);

function pack(tokens: readonly number[], sequenceLength: number, packing: Packing): number[][] {
  const packed = packSequences(fileOf(tokens), { sequenceLength, special, packing });
  return Array.from({ length: packed.count }, (_, index) => {
    const row = new Int32Array(sequenceLength).fill(-1);
    packed.fill(index, row);
    return [...row];
  });
}

describe("packSequences", () => {
  const file = [5, 9, 6, 7, 9, 2, 8, 2, 2, 5, 6, 7, 8, 5, 6, 2, 7];

  it("cuts full documents at every length, across their ends", () => {
    expect(pack(file, 6, "full-document")).toEqual([[0, 5, 9, 6, 7, 2], [0, 9, 2, 8, 2, 2], [0, 2, 5, 6, 7, 2], [0, 8, 5, 6, 2, 2]]);
  });

  it("begins a sequence with each document, and pads its last", () => {
    expect(pack(file, 6, "document")).toEqual([
      [0, 5, 9, 6, 7, 2], [0, 9, 2, 1, 1, 1], [0, 8, 2, 1, 1, 1], [0, 5, 6, 7, 8, 2], [0, 5, 6, 2, 1, 1], [0, 7, 2, 1, 1, 1],
    ]);
  });

  it("keeps sentences whole that fit", () => {
    expect(pack(file, 6, sentences)).toEqual([
      [0, 5, 9, 2, 1, 1], [0, 6, 7, 9, 2, 1], [0, 8, 2, 1, 1, 1], [0, 5, 6, 7, 8, 2], [0, 5, 6, 2, 1, 1], [0, 7, 2, 1, 1, 1],
    ]);
    expect(pack([5, 6, 7, 9, 5, 9, 6, 9, 2], 6, sentences)).toEqual([[0, 5, 6, 7, 9, 2], [0, 5, 9, 6, 9, 2]]);
  });

  it.each<[string, Packing]>([["document", "document"], ["sentence", sentences]])("loses no token of a large file by %s, crosses no document, and cuts as late as it may", (_, packing) => {
    const rng = random(3);
    const tokens = Array.from({ length: 300_000 }, () => [2, STOP, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15][rng.integer(12)]!);
    const packed = packSequences(fileOf(tokens), { sequenceLength: 34, special, packing });
    const row = new Int32Array(34);
    const found: number[] = [];
    let [long, earlyCuts, badRows] = [0, 0, 0];
    for (let index = 0; index < packed.count; index++) {
      packed.fill(index, row);
      const length = row.indexOf(special.end, 1) - 1;
      if (length < 1 || !row.subarray(length + 2).every((id) => id === special.pad)) badRows++;
      for (let i = 1; i <= length; i++) found.push(row[i]!);
      if (length === 32) long++;
      else if (row[length] === STOP) earlyCuts++;
    }
    expect([badRows, found.join()]).toEqual([0, tokens.filter((id) => id !== special.end).join()]);
    expect(long).toBeGreaterThan(100);
    if (packing !== "document") expect(earlyCuts).toBeGreaterThan(100);
  });
});
