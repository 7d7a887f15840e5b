import { describe, expect, it } from "vitest";
import { permutationAt, random } from "./random.js";

const draws = (count: number, draw: () => number): number[] => Array.from({ length: count }, draw);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("random", () => {
  it("draws the same values for the same seed and keys", () => {
    const stream = (): number[] => draws(50, (() => { const rng = random(7, "mask", 3); return () => rng.uniform(); })());
    expect(stream()).toEqual(stream());
  });

  it("keeps its values from one version to the next", () => {
    const rng = random(0, "golden");
    expect(draws(4, () => rng.integer(2 ** 32))).toMatchInlineSnapshot(`
      [
        2441425314,
        682026795,
        454820012,
        548668280,
      ]
    `);
  });

  it("gives every seed and every list of keys its own stream", () => {
    const lists = [[], [0], [1], ["1"], ["a", "b"], ["ab"], ["b", "a"], [1, 2], [2, 1], ["", "ab"], ["ab", ""], [0.5], [-1], [2 ** 40]];
    const streams = lists.map((keys) => random(1, ...keys).integer(2 ** 53 - 1));
    const seeds = Array.from({ length: 20_000 }, (_, seed) => random(seed).integer(2 ** 53 - 1));
    expect(new Set(streams).size).toBe(lists.length);
    expect(new Set(seeds).size).toBe(seeds.length);
    expect(random(-0).uniform()).toBe(random(0).uniform());
  });

  it("is uniform in [0, 1), and neighbouring steps are not correlated", () => {
    const first = Array.from({ length: 40_000 }, (_, step) => random(3, step).uniform());
    expect(Math.min(...first)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...first)).toBeLessThan(1);
    const m = mean(first);
    expect(m).toBeCloseTo(0.5, 1.7);
    const covariance = mean(first.slice(1).map((value, i) => (value - m) * (first[i]! - m)));
    expect(Math.abs(covariance / mean(first.map((value) => (value - m) ** 2)))).toBeLessThan(0.025);
  });

  it.each([1, 2, 3, 7, 1000])("integer(%i) takes every value equally often", (bound) => {
    const rng = random(11, bound);
    const counts = new Array<number>(bound).fill(0);
    const perValue = Math.ceil(60_000 / bound);
    for (let i = 0; i < perValue * bound; i++) counts[rng.integer(bound)]!++;
    const chiSquare = counts.reduce((sum, count) => sum + (count - perValue) ** 2 / perValue, 0);
    expect(chiSquare).toBeLessThanOrEqual(bound - 1 + 5 * Math.sqrt(2 * bound));
  });

  it("has no bias for a bound that 2^32 or 2^53 is far from a multiple of", () => {
    for (const bound of [3 * 2 ** 30, 3 * 2 ** 51]) {
      const rng = random(5, bound);
      const low = draws(30_000, () => rng.integer(bound)).filter((value) => value < bound / 3).length;
      expect(low / 30_000).toBeCloseTo(1 / 3, 1.7); // A plain remainder would give one half.
    }
  });

  it.each([0, -1, 1.5, NaN, 2 ** 53])("refuses the bound %s", (bound) => {
    expect(() => random(0).integer(bound)).toThrow(expect.objectContaining({ code: "data/bad-option" }));
  });

  it.each([NaN, Infinity])("refuses the seed %s", (seed) => {
    expect(() => random(seed)).toThrow(expect.objectContaining({ code: "data/bad-option" }));
  });

  it("draws normals of mean 0, variance 1 and kurtosis 3", () => {
    const rng = random(2);
    const values = draws(100_000, () => rng.normal());
    expect(Math.abs(mean(values))).toBeLessThan(0.015);
    expect(Math.abs(mean(values.map((value) => value ** 2)) - 1)).toBeLessThan(0.025);
    expect(Math.abs(mean(values.map((value) => value ** 4)) - 3)).toBeLessThan(0.2);
  });

  it("shuffles plain and typed arrays in place, every order equally likely", () => {
    const typed = random(4).shuffle(Int32Array.of(5, 6, 7));
    expect([...typed].sort()).toEqual([5, 6, 7]);
    const orders = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = random(9, i).shuffle(["a", "b", "c"]).join("");
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect(orders.size).toBe(6);
    for (const count of orders.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});

describe("permutationAt", () => {
  it("is a bijection for every small size", () => {
    for (let n = 1; n <= 300; n++) {
      const at = permutationAt(n * 31, n);
      expect(new Set(Array.from({ length: n }, (_, i) => at(i))).size).toBe(n);
    }
  });

  it("is a bijection of 100,003 numbers that leaves few in place", () => {
    const at = permutationAt(1, 100_003);
    const images = Array.from({ length: 100_003 }, (_, i) => at(i));
    expect(new Set(images).size).toBe(100_003);
    expect(Math.max(...images.slice(0, 1000))).toBeLessThan(100_003);
    expect(images.filter((image, i) => image === i).length).toBeLessThan(10);
  });

  it("reaches every order of four, none of them rare", () => {
    const orders = new Map<string, number>();
    for (let seed = 0; seed < 6000; seed++) {
      const at = permutationAt(seed, 4);
      const order = [0, 1, 2, 3].map(at).join("");
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect(orders.size).toBe(24);
    expect(Math.min(...orders.values())).toBeGreaterThan(120);
  });

  it("stays in range and does not collide at 2^40", () => {
    const n = 2 ** 40;
    const at = permutationAt(8, n);
    const images = Array.from({ length: 2000 }, (_, i) => at(n - 1 - i));
    expect(new Set(images).size).toBe(images.length);
    expect(images.every((image) => Number.isSafeInteger(image) && image >= 0 && image < n)).toBe(true);
    expect(mean(images) / n).toBeCloseTo(0.5, 1);
  });

  it("differs by seed and by key", () => {
    const order = (seed: number, ...keys: number[]): number[] => Array.from({ length: 50 }, (_, i) => permutationAt(seed, 50, ...keys)(i));
    expect(order(1)).toEqual(order(1));
    expect(order(1)).not.toEqual(order(2));
    expect(order(1, 0)).not.toEqual(order(1, 1));
  });

  it.each([[0, 0], [2.5, 0], [2 ** 41, 0], [10, 10], [10, -1], [10, 0.5]])("refuses n %s with index %s", (n, index) => {
    expect(() => permutationAt(0, n)(index)).toThrow(expect.objectContaining({ code: "data/bad-option" }));
  });
});
