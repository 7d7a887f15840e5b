import { random, type TextExample } from "@bort/data";
import { describe, expect, it } from "vitest";
import { type Tau } from "../agora-options.js";
import { adjacentSwap } from "./adjacent-swap.js";
import { characterNoise } from "./character-noise.js";
import { inTurn, oneOf } from "./compose.js";
import { mixOfTwo } from "./mix-of-two.js";
import { textTau, wordsOf } from "./text-tau.js";
import { wordDropout } from "./word-dropout.js";

const text = Array.from({ length: 200 }, (_, i) => `word${i}`).join(" ");
const transform = (tau: Tau, examples: readonly TextExample[], seed = 1): Promise<readonly (TextExample | undefined)[]> =>
  tau.transform(examples, { random: random(seed, "tau"), signal: new AbortController().signal });
const changed = async (tau: Tau, given: string = text, seed = 1): Promise<string> => (await transform(tau, [{ text: given }], seed))[0]!.text;

describe.each([wordDropout(), adjacentSwap(), characterNoise(), oneOf(wordDropout(), adjacentSwap()), inTurn(wordDropout(), characterNoise())])("$name", (tau) => {
  it("is a function of its seed, keeps no label, and changes both texts of a pair", async () => {
    const example = { text, pair: text.toUpperCase(), label: "1" };
    const [made] = await transform(tau, [example]);
    expect(await transform(tau, [example])).toEqual([made]);
    expect(await transform(tau, [example], 2)).not.toEqual([made]);
    expect(Object.keys(made!).sort()).toEqual(["pair", "text"]);
    expect(made!.pair).not.toBe(example.pair);
    expect(made!.pair!.toLowerCase()).not.toBe(made!.text);
  });

  it.each(["", "a", "  a  ", "naïve 😀"])("gives a text for %j", async (given) => {
    expect(typeof (await changed(tau, given))).toBe("string");
  });
});

describe("wordDropout", () => {
  it("drops its share of words, in order, and never all", async () => {
    const kept = wordsOf(await changed(wordDropout({ rate: 0.3 })));
    expect(kept.length).toBeGreaterThan(110);
    expect(kept.length).toBeLessThan(170);
    expect(kept).toEqual(wordsOf(text).filter((word) => kept.includes(word)));
    for (let seed = 0; seed < 20; seed++) expect(await changed(wordDropout({ rate: 0.99 }), "a b", seed)).toMatch(/^(a|b|a b)$/);
  });
});

describe("adjacentSwap", () => {
  it("swaps ceil(rate x words) pairs of neighbours, each word at most once", async () => {
    const words = wordsOf(await changed(adjacentSwap({ rate: 0.1 })));
    const moved = words.flatMap((word, i) => (word === `word${i}` ? [] : [[i, Number(word.slice(4))] as const]));
    expect(moved).toHaveLength(40);
    for (const [place, from] of moved) expect(Math.abs(place - from)).toBe(1);
    expect(await changed(adjacentSwap(), "left right")).toBe("right left");
  });
});

describe("characterNoise", () => {
  it("misspells its share of words by one character left out, doubled or swapped", async () => {
    const words = wordsOf(await changed(characterNoise({ rate: 0.5 }), text));
    const wrong = words.map((word, i) => ({ word, right: `word${i}` })).filter(({ word, right }) => word !== right);
    expect(words).toHaveLength(200);
    expect(wrong.length).toBeGreaterThan(60);
    expect(wrong.length).toBeLessThan(130);
    for (const { word, right } of wrong) expect(Math.abs(word.length - right.length)).toBeLessThanOrEqual(1);
    expect(new Set(wrong.map(({ word, right }) => word.length - right.length))).toEqual(new Set([-1, 0, 1]));
  });

  it("takes a character for one, whatever its code units", async () => {
    for (let seed = 0; seed < 30; seed++) expect(await changed(characterNoise({ rate: 0.9 }), "😀😁", seed)).not.toContain("\uFFFD");
  });
});

describe("mixOfTwo", () => {
  it("joins halves of two different examples, texts with texts and pairs with pairs", async () => {
    const examples = [{ text: "a b c", pair: "d e" }, { text: "1 2 3 4", pair: "5 6" }];
    expect(await transform(mixOfTwo, examples)).toEqual([{ text: "a b 3 4", pair: "d 6" }, { text: "1 2 b c", pair: "5 e" }]);
    expect(await transform(mixOfTwo, [{ text: "a b c" }])).toEqual([undefined]);
  });
});

describe("compositions", () => {
  const shout = textTau("shout", (given) => given.toUpperCase());
  const double = textTau("double", (given) => `${given} ${given}`);
  const silent: Tau = { name: "silent", transform: async (examples) => examples.map(() => undefined) };

  it("apply in turn, past what has nothing to give", async () => {
    expect(await changed(inTurn(shout, silent, double), "a")).toBe("A A");
  });

  it("apply one of them to each example, each as often", async () => {
    const examples = Array.from({ length: 300 }, (_, i) => ({ text: `t${i}` }));
    const made = await transform(oneOf(shout, double, silent), examples);
    const counts = [/^T\d+$/, /^t(\d+) t\1$/].map((pattern) => made.filter((example) => example !== undefined && pattern.test(example.text)).length);
    for (const count of [...counts, made.filter((example) => example === undefined).length]) expect(Math.abs(count - 100)).toBeLessThan(35);
    made.forEach((example, i) => expect(example?.text.toLowerCase().startsWith(`t${i}`) ?? true).toBe(true));
  });
});

it.each([() => wordDropout({ rate: 0 }), () => adjacentSwap({ rate: 1 }), () => characterNoise({ rate: NaN }), () => oneOf(), () => inTurn()])("refuses %s", (make) => {
  expect(make).toThrow(expect.objectContaining({ code: "agora/bad-option" }));
});
