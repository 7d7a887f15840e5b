import { describe, expect, it } from "vitest";
import { maskTokens, type MaskTokensOptions } from "./masking.js";
import { random } from "./random.js";

const special = { begin: 0, pad: 1, end: 2, unknown: 3, mask: 4 };
const isSpecial = (id: number): boolean => id < 5;
const options = (batchSize: number, sequenceLength: number, maskedPerSequence: number, rest: Partial<MaskTokensOptions> = {}): MaskTokensOptions => (
  { vocabSize: 1000, special, batchSize, sequenceLength, maskedPerSequence, ...rest }
);

/** Sequences of `<s>`, ordinary tokens, `</s>`, and in row r some r % 40 `<pad>`. */
function batch(batchSize: number, sequenceLength: number): Int32Array {
  const rng = random(5);
  const ids = Int32Array.from({ length: batchSize * sequenceLength }, () => 5 + rng.integer(995));
  for (let row = 0; row < batchSize; row++) {
    const end = sequenceLength - 1 - (row % 40);
    ids[row * sequenceLength] = special.begin;
    ids[row * sequenceLength + end] = special.end;
    ids.fill(special.pad, row * sequenceLength + end + 1, (row + 1) * sequenceLength);
  }
  return ids;
}

describe("maskTokens", () => {
  it("chooses 15% of the ordinary tokens of each sequence, ascending, and says what they were", () => {
    const before = batch(400, 64);
    const ids = before.slice();
    const { positions, labels, weights } = maskTokens(ids, options(400, 64, 12), random(1));
    for (let row = 0; row < 400; row++) {
      const ordinary = before.subarray(row * 64, (row + 1) * 64).filter((id) => !isSpecial(id)).length;
      const used = weights.subarray(row * 12, (row + 1) * 12).reduce((sum, weight) => sum + weight, 0);
      expect(used).toBe(Math.round(0.15 * ordinary));
      for (let slot = row * 12; slot < (row + 1) * 12; slot++) {
        const position = positions[slot]!;
        if (slot < row * 12 + used) {
          expect(weights[slot]).toBe(1);
          expect(Math.floor(position / 64)).toBe(row);
          expect(labels[slot]).toBe(before[position]);
          expect(isSpecial(before[position]!)).toBe(false);
          if (slot > row * 12) expect(position).toBeGreaterThan(positions[slot - 1]!);
        } else {
          expect([position, labels[slot], weights[slot]]).toEqual([row * 64, 0, 0]);
        }
      }
    }
    const chosen = new Set(positions.filter((_, slot) => weights[slot] === 1));
    ids.forEach((id, position) => { if (!chosen.has(position)) expect(id).toBe(before[position]); });
  });

  it("makes 80% of them the mask, 10% random and leaves 10%", () => {
    const before = batch(4000, 64);
    const ids = before.slice();
    const { positions, labels, weights } = maskTokens(ids, options(4000, 64, 12), random(2));
    const counts = { mask: 0, kept: 0, random: 0 };
    const drawn: number[] = [];
    positions.forEach((position, slot) => {
      if (weights[slot] === 0) return;
      const id = ids[position]!;
      counts[id === special.mask ? "mask" : id === labels[slot] ? "kept" : "random"]++;
      if (id !== special.mask && id !== labels[slot]) drawn.push(id);
    });
    const total = counts.mask + counts.kept + counts.random;
    expect(total).toBeGreaterThan(20_000);
    expect(Math.abs(counts.mask / total - 0.8)).toBeLessThan(0.012);
    expect(Math.abs(counts.kept / total - 0.1)).toBeLessThan(0.01);
    expect(Math.abs(counts.random / total - 0.1)).toBeLessThan(0.01);
    expect(drawn.some(isSpecial)).toBe(false);
    expect(Math.abs(drawn.reduce((sum, id) => sum + id, 0) / drawn.length - 502)).toBeLessThan(30);
  });

  it("chooses every ordinary position equally often", () => {
    const counts = new Array<number>(22).fill(0);
    for (let seed = 0; seed < 4000; seed++) {
      const ids = Int32Array.of(0, ...new Array<number>(20).fill(9), 2);
      for (const position of maskTokens(ids, options(1, 22, 3), random(seed)).positions) counts[position]!++;
    }
    expect([counts[0], counts[21]]).toEqual([0, 0]);
    for (const count of counts.slice(1, 21)) expect(Math.abs(count - 600)).toBeLessThan(110);
  });

  it("masks one of a few tokens, none of none, and no more than there are slots", () => {
    const used = (ids: number[], slots: number, probability?: number): number => {
      const rest = probability === undefined ? {} : { probability };
      return maskTokens(Int32Array.from(ids), options(1, ids.length, slots, rest), random(3)).weights.reduce((sum, weight) => sum + weight, 0);
    };
    expect(used([0, 7, 2], 2)).toBe(1);
    expect(used([0, 3, 4, 2, 1, 1], 2)).toBe(0);
    expect(used([0, 7, 7, 7, 7, 7, 7, 2], 2, 1)).toBe(2);
    expect(used([0, 7, 7, 7, 7, 7, 7, 2], 8, 1)).toBe(6);
  });

  it("is a function of the batch and the stream", () => {
    const run = (seed: number): unknown => {
      const ids = batch(8, 64);
      return { ids, ...maskTokens(ids, options(8, 64, 10), random(seed)) };
    };
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });

  it.each<[string, MaskTokensOptions]>([
    ["another size", options(2, 4, 1)],
    ["no slot", options(1, 4, 0)],
    ["no probability", options(1, 4, 1, { probability: 0 })],
    ["too much probability", options(1, 4, 1, { probability: 1.1 })],
    ["no ordinary token", options(1, 4, 1, { vocabSize: 5 })],
  ])("refuses %s", (_, wrong) => {
    expect(() => maskTokens(new Int32Array(4), wrong, random(0))).toThrow(expect.objectContaining({ code: "data/bad-option" }));
  });
});

describe("maskTokens by whole words", () => {
  /** Words are runs of tokens of which the first is even. */
  const wordStarts = (_: number, id: number): boolean => id % 2 === 0;
  const wordsOf = (ids: Int32Array): number[][] => {
    const words: number[][] = [];
    ids.forEach((id, i) => {
      if (isSpecial(id)) return;
      if (i > 0 && !isSpecial(ids[i - 1]!) && id % 2 === 1) words.at(-1)!.push(i);
      else words.push([i]);
    });
    return words;
  };

  it("takes all tokens of a word or none, and about as many tokens as one by one", () => {
    const before = batch(500, 64);
    const { positions, weights } = maskTokens(before.slice(), options(500, 64, 12, { wordStarts }), random(4));
    let [used, wanted] = [0, 0];
    for (let row = 0; row < 500; row++) {
      const ids = before.subarray(row * 64, (row + 1) * 64);
      const chosen = new Set<number>();
      for (let slot = row * 12; slot < (row + 1) * 12; slot++) if (weights[slot] === 1) chosen.add(positions[slot]! - row * 64);
      const limit = Math.round(0.15 * ids.filter((id) => !isSpecial(id)).length);
      expect(chosen.size).toBeLessThanOrEqual(limit);
      const words = wordsOf(ids);
      const isWhole = words.every((word) => new Set(word.map((position) => chosen.has(position))).size === 1);
      if (!isWhole) expect(Math.min(...words.map((word) => word.length))).toBeGreaterThan(limit);
      used += chosen.size;
      wanted += limit;
    }
    expect(used / wanted).toBeGreaterThan(0.97);
  });

  it("takes single tokens where no word fits", () => {
    const { weights } = maskTokens(Int32Array.of(0, 6, 7, 7, 7, 7, 7, 2), options(1, 8, 4, { wordStarts }), random(5));
    expect([...weights]).toEqual([1, 0, 0, 0]);
  });
});
