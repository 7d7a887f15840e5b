import { random, type TextExample } from "@bort/data";
import { describe, expect, it } from "vitest";
import { twoSampleTest } from "./two-sample-test.js";

/** Texts of words whose frequencies fall; `shift` makes some words more frequent. */
function texts(count: number, seed: number, { shift = 0, options = 1 }: { readonly shift?: number; readonly options?: number } = {}): TextExample[] {
  const rng = random(seed, "texts");
  const word = (): string => `w${Math.floor(200 * (rng.uniform() < shift ? 0.2 * rng.uniform() : rng.uniform() ** 2))}`;
  const sentence = (): string => Array.from({ length: 4 + rng.integer(12) }, word).join(" ");
  return Array.from({ length: count }, (_, i) => ({ text: sentence(), group: String(i) }))
    .flatMap(({ text, group }) => Array.from({ length: options }, () => ({ text, pair: sentence(), group, label: String(rng.integer(2)) })));
}

const seeds = Array.from({ length: 100 }, (_, seed) => seed);

describe("twoSampleTest", () => {
  it.each([1, 8])("finds no more differences between samples of one distribution than chance does, with %d examples a text", (options) => {
    const results = seeds.map((seed) => twoSampleTest(texts(150, 2 * seed, { options }), texts(60, 2 * seed + 1, { options }), { seed }));
    expect(results.filter(({ pValue }) => pValue < 0.01).length).toBeLessThanOrEqual(3);
    expect(results.filter(({ pValue }) => pValue < 0.2).length).toBeLessThanOrEqual(32); // 20 are expected, 32 or fewer with probability 0.998.
    expect(Math.abs(results.reduce((sum, { accuracy }) => sum + accuracy / 100, 0) - 0.5)).toBeLessThan(0.03);
  });

  it("finds a shift, the surer the larger", () => {
    const accuracies = [0, 0.2, 0.6].map((shift) => twoSampleTest(texts(600, 1), texts(500, 2, { shift })).accuracy);
    expect(accuracies).toEqual(accuracies.toSorted((a, b) => a - b));
    const found = twoSampleTest(texts(600, 1), texts(500, 2, { shift: 0.6 }));
    expect(found.accuracy).toBeGreaterThan(0.7);
    expect(found.pValue).toBeLessThan(1e-10);
  });

  it("finds a shift in one text of a pair, and texts that are exchanged", () => {
    const [first, second] = [texts(400, 1), texts(400, 2)];
    expect(twoSampleTest(first, second.map(({ text, pair }) => ({ text, pair: `${pair!} !` }))).accuracy).toBeGreaterThan(0.95);
    const marked = first.map(({ text, pair }) => ({ text: `${text} !`, pair: pair! }));
    expect(twoSampleTest(marked, second.map(({ text, pair }) => ({ text: pair!, pair: `${text} !` }))).accuracy).toBeGreaterThan(0.95);
  });

  it("depends neither on which sample is first, nor on the order of examples, nor on labels", () => {
    const [first, second] = [texts(300, 1, { options: 3 }), texts(200, 2, { options: 2, shift: 0.1 })];
    const result = twoSampleTest(first, second);
    expect(result.tested).toBeGreaterThan(150);
    expect(twoSampleTest(second, first)).toEqual(result);
    expect(twoSampleTest(random(1).shuffle([...first]), random(2).shuffle([...second]))).toEqual(result);
    expect(twoSampleTest(first.map((example) => ({ ...example, label: "?" })), second)).toEqual(result);
    expect(twoSampleTest(first, second, { seed: 1 })).not.toEqual(result);
  });

  it("counts one example of a group and one of a text", () => {
    const many = texts(40, 1).flatMap(({ text }, i) => [0, 1, 2].map((option) => ({ text: `${text} ${option}`, group: String(i) })));
    const { tested } = twoSampleTest(many, texts(500, 2));
    expect(tested).toBeGreaterThan(20);
    expect(tested).toBeLessThan(60); // Of each sample about 20 of the 40 groups.
    const passages = texts(40, 1, { options: 10 }).map(({ text, pair }, i) => ({ text, pair: pair!, group: String(i) }));
    expect(twoSampleTest(passages, texts(500, 2)).tested).toBeLessThan(60);
  });

  it("tests as many texts of either sample, and no more than it is told", () => {
    expect(twoSampleTest(texts(900, 1), texts(300, 2), { mostTexts: 100 })).toMatchObject({ tested: 100 });
    expect(twoSampleTest(texts(900, 1), texts(30, 2)).tested % 2).toBe(0);
    expect(() => twoSampleTest([], [], { mostTexts: 3 })).toThrow(expect.objectContaining({ code: "agora/bad-option" }));
  });

  it("claims nothing where there is nothing to train or to test on", () => {
    for (const [first, second] of [[[], []], [texts(50, 1), []], [[], texts(50, 1)], [texts(1, 1), texts(1, 2)]] as const) {
      expect(twoSampleTest(first, second)).toEqual({ accuracy: 0.5, tested: 0, pValue: 1 });
    }
  });

  it("is at one half where both samples are the same", () => {
    expect(twoSampleTest(texts(200, 1), texts(200, 1)).accuracy).toBe(0.5);
  });
});
