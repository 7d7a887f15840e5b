import { describe, expect, test } from "vitest";
import * as op from "./ops.js";
import { evaluate } from "./reference.js";
import { UNIFORM_STEP, numberWords, uniformBits } from "./uniform-bits.js";

const count = 1 << 16;
const draw = (seed: number, size = count): Float64Array => evaluate([op.uniform(op.parameter("seed", [], "i32"), [size])], { seed: [seed] })[0]!;
const seeds = [0, 1, 2, -1, 12_345, 2 ** 31 - 1, -(2 ** 31)];

/** Pearson's statistic of counts that should be equal, in deviations from its mean. */
function surplus(bins: number, indices: Iterable<number>): number {
  const found = new Float64Array(bins);
  let total = 0;
  for (const index of indices) {
    found[index]!++;
    total++;
  }
  const wanted = total / bins;
  const statistic = found.reduce((sum, n) => sum + (n - wanted) ** 2 / wanted, 0);
  return (statistic - (bins - 1)) / Math.sqrt(2 * (bins - 1));
}

/** Correlation of two uniform variables, in its deviations. */
function correlation(x: Float64Array, y: Float64Array): number {
  const products = x.reduce((sum, value, i) => sum + (value - 0.5) * (y[i]! - 0.5), 0);
  return (12 * products) / Math.sqrt(x.length);
}

describe("uniformBits", () => {
  test("is mix(mix(index) ^ seed) >>> 8, by another arithmetic", () => {
    const mask = 0xffffffffn;
    const mixed = (word: bigint): bigint => {
      let x = word;
      for (const [shift, factor] of [[16n, 0x7feb352dn], [15n, 0x846ca68bn]] as const) x = ((x ^ (x >> shift)) * factor) & mask;
      return x ^ (x >> 16n);
    };
    for (const seed of seeds) {
      for (const index of [0, 1, 2, 1000, 65_537, 2 ** 24 + 3]) {
        const wanted = mixed(mixed(BigInt(index)) ^ BigInt.asUintN(32, BigInt(seed))) >> 8n;
        expect(BigInt(uniformBits(numberWords, seed, index)), `seed ${seed}, index ${index}`).toBe(wanted);
      }
    }
  });

  test("gives multiples of 2^-24 from 0 to below 1, which float32 has", () => {
    expect(draw(3).every((value) => Math.fround(value) === value && Number.isInteger(value / UNIFORM_STEP) && value >= 0 && value < 1)).toBe(true);
  });

  test.each(seeds)("is as uniform as chance has it, in its high bits and its low ones: seed %i", (seed) => {
    const values = draw(seed);
    expect(Math.abs(surplus(256, values.map((value) => Math.floor(256 * value))))).toBeLessThan(5);
    expect(Math.abs(surplus(256, values.map((value) => (value / UNIFORM_STEP) % 256)))).toBeLessThan(5);
  });

  test.each([1, 2, 3, 16, 64, 768, 1024])("is independent of its neighbour %i places away", (distance) => {
    for (const seed of seeds) {
      const values = draw(seed, count + distance);
      const [near, far] = [values.subarray(0, count), values.subarray(distance)];
      expect(Math.abs(correlation(near, far)), `seed ${seed}`).toBeLessThan(5);
      expect(Math.abs(surplus(256, near.map((value, i) => 16 * Math.floor(16 * value) + Math.floor(16 * far[i]!)))), `seed ${seed}`).toBeLessThan(5);
    }
  });

  test("is independent of the same place under a seed that differs in one bit, or by little", () => {
    const values = draw(77);
    for (const other of [...Array.from({ length: 32 }, (_, bit) => 77 ^ (1 << bit)), ...Array.from({ length: 16 }, (_, i) => 78 + i)]) {
      const others = draw(other);
      expect(Math.abs(correlation(values, others)), `seed ${other}`).toBeLessThan(5);
      const dropped = values.map((value, i) => 2 * Number(value < 0.1) + Number(others[i]! < 0.1));
      const both = dropped.filter((pair) => pair === 3).length;
      expect(Math.abs(both - 0.01 * count), `seed ${other}`).toBeLessThan(5 * Math.sqrt(0.01 * count));
    }
  });

  test("draws no shifted copy of another seed's numbers", () => {
    const reach = 64;
    for (const other of [1, 2, 3, 1 << 20]) {
      const [values, others] = [draw(0), draw(other, count + reach)];
      for (let shift = 0; shift < reach; shift++) {
        const equal = values.reduce((sum, value, i) => sum + Number(value === others[i + shift]), 0);
        expect(equal, `seed ${other}, ${shift} places away`).toBeLessThan(4);
      }
    }
  });
});
