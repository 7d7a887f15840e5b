import { describe, expect, it } from "vitest";
import { CounterRandom, philox } from "./counter-random.js";

describe("philox", () => {
  it.each([
    [[0, 0, 0, 0], [0, 0], "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
    [[0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], "408f276d 41c83b0e a20bc7c6 6d5451fd"],
    [[0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], "d16cfe09 94fdcceb 5001e420 24126ea1"],
  ] as const)("gives the published words for counter %o and key %o", (counter, key, words) => {
    expect(philox(counter, key).map((word) => word.toString(16).padStart(8, "0")).join(" ")).toBe(words);
  });
});

describe("CounterRandom", () => {
  const words = (seed: number, index: number): number[] => {
    const random = new CounterRandom(seed, index);
    return Array.from({ length: 9 }, () => random.word());
  };

  it("depends on every bit of seed and index, and on nothing else", () => {
    expect(words(5, 7)).toEqual(words(5, 7));
    const streams = [[0, 0], [1, 0], [0, 1], [2 ** 32, 0], [0, 2 ** 32], [2 ** 53 - 1, 0]].map(([seed, index]) => words(seed!, index!).join());
    expect(new Set(streams).size).toBe(streams.length);
    expect(new Set(words(0, 0)).size).toBe(9);
  });

  it.each([1, 2, 3, 7, 100])("takes every number below %i equally often, as a number and as a bigint", (bound) => {
    for (const draw of [(random: CounterRandom) => random.below(bound), (random: CounterRandom) => Number(random.belowBig(BigInt(bound)))]) {
      const counts = new Array<number>(bound).fill(0);
      for (let i = 0; i < 200 * bound; i++) counts[draw(new CounterRandom(3, i))]!++;
      const chiSquare = counts.reduce((sum, count) => sum + (count - 200) ** 2 / 200, 0);
      expect(chiSquare).toBeLessThanOrEqual(bound - 1 + 5 * Math.sqrt(2 * bound));
    }
  });

  it("is not biased where the bound is far from dividing 2^32 or 2^64", () => {
    const share = (draw: (random: CounterRandom) => boolean): number =>
      Array.from({ length: 10_000 }, (_, i) => draw(new CounterRandom(1, i))).filter(Boolean).length / 10_000;
    expect(share((random) => random.below(3 * 2 ** 30) < 2 ** 30)).toBeCloseTo(1 / 3, 1.7); // A plain remainder would give one half.
    expect(share((random) => random.belowBig(3n << 62n) < 1n << 62n)).toBeCloseTo(1 / 3, 1.7);
  });
});
