import { describe, expect, it } from "vitest";
import { random } from "./random.js";
import { trainByteLevelBpe } from "./train-byte-level-bpe.js";
import type { Tokenizer } from "./tokenizer.js";

const mergesOf = (tokenizer: Tokenizer): string[] => (JSON.parse(tokenizer.toJson()) as { model: { merges: string[] } }).model.merges;

/** Texts of random words over a small alphabet, so that pairs overlap and tie. */
function babble(seed: number, words: number): string {
  const rng = random(seed);
  const word = (): string => Array.from({ length: 1 + rng.integer(9) }, () => "aabcé"[rng.integer(5)]).join("");
  return Array.from({ length: words }, word).join(" ");
}

/** Byte-pair encoding as its definition reads: count every pair anew for every merge. Words are written in byte symbols. */
function slowMerges(words: readonly (readonly string[])[], order: (token: string) => number, wanted: number, minFrequency: number): string[] {
  let corpus = words;
  const merges: string[] = [];
  const made: string[] = [];
  while (merges.length < wanted) {
    const counts = new Map<string, number>();
    for (const word of corpus) for (let i = 0; i + 1 < word.length; i++) {
      const pair = `${word[i]} ${word[i + 1]}`;
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
    }
    const rank = (token: string): number => (token.length === 1 ? order(token) : 1000 + made.indexOf(token));
    const keys = (pair: string): number[] => pair.split(" ").map(rank);
    const [best] = [...counts].filter(([, count]) => count >= minFrequency)
      .sort(([a, m], [b, n]) => n - m || keys(a)[0]! - keys(b)[0]! || keys(a)[1]! - keys(b)[1]!);
    if (best === undefined) break;
    const [left, right] = best[0].split(" ") as [string, string];
    merges.push(best[0]);
    made.push(left + right);
    corpus = corpus.map((word) => {
      const joined: string[] = [];
      for (let i = 0; i < word.length; i++) joined.push(word[i] === left && word[i + 1] === right ? left + word[++i]! : word[i]!);
      return joined;
    });
  }
  return merges;
}

describe("trainByteLevelBpe", () => {
  it("finds the merges that the definition gives", async () => {
    for (const seed of [1, 2, 3]) {
      const text = babble(seed, 120);
      const words = text.split(/(?= )/).map((word) => [...word.replace(" ", "Ġ").replaceAll("é", "Ã©")]);
      const tokenizer = await trainByteLevelBpe([text], { vocabSize: 261 + 60 });
      expect(mergesOf(tokenizer)).toEqual(slowMerges(words, (token) => token.codePointAt(0)!, 60, 2));
    }
  });

  it("makes every token once", async () => {
    const tokenizer = await trainByteLevelBpe([babble(9, 5000), "aaaaaaa baaaa aaab ".repeat(30)], { vocabSize: 900 });
    const tokens = Array.from({ length: tokenizer.vocabSize }, (_, id) => tokenizer.idToToken(id));
    expect(new Set(tokens).size).toBe(900);
  });

  it("numbers the special tokens, the bytes and the merges in this order", async () => {
    const tokenizer = await trainByteLevelBpe(["low lower lowest", "low"], { vocabSize: 263 });
    expect(tokenizer.special).toEqual({ begin: 0, pad: 1, end: 2, unknown: 3, mask: 4 });
    expect([0, 1, 2, 3, 4, 5, 260, 261, 262].map((id) => tokenizer.idToToken(id)))
      .toEqual(["<s>", "<pad>", "</s>", "<unk>", "<mask>", "!", "Ń", "lo", "low"]);
    expect([...tokenizer.encode("low")]).toEqual([262]);
  });

  it("makes exactly the vocabulary asked for, or what the text allows", async () => {
    const text = babble(4, 400);
    expect((await trainByteLevelBpe([text], { vocabSize: 261 })).vocabSize).toBe(261);
    expect((await trainByteLevelBpe([text], { vocabSize: 400 })).vocabSize).toBe(400);
    expect((await trainByteLevelBpe(["ab ab"], { vocabSize: 400 })).vocabSize).toBe(262);
    expect((await trainByteLevelBpe(["ab ab"], { vocabSize: 400, minFrequency: 1 })).vocabSize).toBe(263);
  });

  it("does not depend on how the texts come", async () => {
    const texts = [babble(5, 100), babble(6, 100), babble(7, 100)];
    async function* stream(): AsyncGenerator<string> {
      for (const text of [...texts].reverse()) yield await Promise.resolve(text);
    }
    const [fromList, fromStream] = [await trainByteLevelBpe(texts, { vocabSize: 320 }), await trainByteLevelBpe(stream(), { vocabSize: 320 })];
    expect(fromStream.toJson()).toBe(fromList.toJson());
  });

  it("reports its progress up to the end", async () => {
    const seen: [number, number][] = [];
    await trainByteLevelBpe([babble(8, 2000)], { vocabSize: 500, onProgress: (done, total) => seen.push([done, total]) });
    expect(seen).toEqual([[100, 239], [200, 239], [239, 239]]);
  });

  it("stops when it is told to, in the middle of the work", async () => {
    const controller = new AbortController();
    const endless = function* (): Generator<string> {
      for (let seed = 0; ; seed++) yield babble(seed, 50);
    };
    setTimeout(() => controller.abort(), 40);
    const training = trainByteLevelBpe(endless(), { vocabSize: 300, signal: controller.signal });
    await expect(training).rejects.toThrow(expect.objectContaining({ name: "AbortError" }));
  });

  it.each([[260, 2], [300.5, 2], [NaN, 2], [300, 0], [300, 1.5]])("refuses vocabSize %s with minFrequency %s", async (vocabSize, minFrequency) => {
    await expect(trainByteLevelBpe(["text"], { vocabSize, minFrequency })).rejects.toThrow(expect.objectContaining({ code: "data/bad-option" }));
  });

  it.each([[[]], [[""]]])("refuses to learn from nothing: %j", async (texts) => {
    await expect(trainByteLevelBpe(texts, { vocabSize: 300 })).rejects.toThrow(expect.objectContaining({ code: "data/empty-corpus" }));
  });
});
