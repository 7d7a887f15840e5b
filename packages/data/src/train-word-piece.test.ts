import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { describe, expect, it } from "vitest";
import { bertNormalizer } from "./bert-normalizer.js";
import { bertWords } from "./pre-tokenizer.js";
import { random } from "./random.js";
import type { Tokenizer } from "./tokenizer.js";
import { readTokenizerJson } from "./tokenizer-json.js";
import { trainWordPiece } from "./train-word-piece.js";

const SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
const fixture = (name: string): unknown => JSON.parse(readFileSync(join(import.meta.dirname, "../test-fixtures", name), "utf8"));
const tokensOf = (tokenizer: Tokenizer): string[] => Array.from({ length: tokenizer.vocabSize }, (_, id) => tokenizer.idToToken(id));
const byCodePoint = (a: string, b: string): number => a.codePointAt(0)! - b.codePointAt(0)!;

/** Texts of random words over a small alphabet, so that pairs overlap and tie. */
function babble(seed: number, words: number): string {
  const rng = random(seed);
  const word = (): string => Array.from({ length: 1 + rng.integer(9) }, () => ["a", "a", "b", "c", "𝒳"][rng.integer(5)]).join("");
  return Array.from({ length: words }, word).join(" ");
}

/** WordPiece training as its definition reads: count every pair anew for every merge. `symbols` are the tokens of one character, by id after the special ones. */
function slowVocabulary(words: readonly string[], symbols: readonly string[], vocabSize: number, minFrequency: number): string[] {
  const tokens = [...SPECIAL, ...symbols];
  let corpus = words.map((word) => [...word].map((character, i) => (i > 0 ? "##" : "") + character).filter((symbol) => symbols.includes(symbol)));
  while (tokens.length < vocabSize) {
    const ids = new Map(tokens.map((token, id) => [token, id]));
    const counts = new Map<number, number>();
    for (const word of corpus) for (let i = 0; i + 1 < word.length; i++) {
      const pair = ids.get(word[i]!)! * vocabSize + ids.get(word[i + 1]!)!;
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
    }
    const [best] = [...counts].filter(([, count]) => count >= minFrequency).sort(([a, m], [b, n]) => n - m || a - b);
    if (best === undefined) break;
    const [left, right] = [tokens[Math.floor(best[0] / vocabSize)]!, tokens[best[0] % vocabSize]!];
    const joined = left + right.slice(2);
    tokens.push(joined);
    corpus = corpus.map((word) => {
      const merged: string[] = [];
      for (let i = 0; i < word.length; i++) merged.push(word[i] === left && word[i + 1] === right && ++i ? joined : word[i]!);
      return merged;
    });
  }
  return tokens;
}

describe("trainWordPiece", () => {
  it("learns the vocabulary that the definition gives", async () => {
    for (const seed of [1, 2, 3]) {
      const words = babble(seed, 150).split(" ");
      const characters = [...new Set(words.join(""))].sort(byCodePoint);
      const inside = characters.filter((character) => words.some((word) => [...word].indexOf(character, 1) >= 0)).map((character) => `##${character}`);
      const tokenizer = await trainWordPiece([words.join(" ")], { vocabSize: 80 });
      expect(tokensOf(tokenizer)).toEqual(slowVocabulary(words, [...characters, ...inside], 80, 2));
    }
  });

  it("has a definition that gives the vocabulary of Hugging Face's trainer, where the characters inside words are in its order", () => {
    const texts = fixture("odd-lines.json") as string[];
    const [{ tokenizer }] = (fixture("tokenizer-golden.json") as { variants: [{ tokenizer: { model: { vocab: Record<string, number> } } }] }).variants;
    const theirs = Object.entries(tokenizer.model.vocab).sort(([, a], [, b]) => a - b).map(([token]) => token);
    const isSymbol = (token: string): boolean => [...token.replace(/^##(?=.)/u, "")].length === 1;
    const normalize = bertNormalizer();
    const words = texts.flatMap((text) => bertWords(normalize(text)));
    expect(slowVocabulary(words, theirs.filter(isSymbol), theirs.length, 0)).toEqual(theirs);
  });

  it("numbers the special tokens, the characters, those inside words and the merges in this order", async () => {
    const tokenizer = await trainWordPiece(["low lower lowest", "Low!"], { vocabSize: 100 });
    expect(tokenizer.special).toEqual({ pad: 0, unknown: 1, begin: 2, end: 3, mask: 4 });
    expect(tokensOf(tokenizer)).toEqual([
      ...SPECIAL, "!", "e", "l", "o", "r", "s", "t", "w", "##e", "##o", "##r", "##s", "##t", "##w", "lo", "low", "lowe",
    ]);
    expect([...tokenizer.encode("LOWER")].map((id) => tokenizer.idToToken(id))).toEqual(["lowe", "##r"]);
  });

  it("leaves out the rarest characters, and words with them are unknown", async () => {
    const tokenizer = await trainWordPiece(["aaa abab cab"], { vocabSize: 20, alphabetSize: 2 });
    expect(tokensOf(tokenizer).some((token) => token.includes("c"))).toBe(false);
    expect([...tokenizer.encode("cab")]).toEqual([tokenizer.special.unknown]);
  });

  it("keeps case and accents where it is told to", async () => {
    const tokenizer = await trainWordPiece(["Été Été"], { vocabSize: 30, lowercase: false });
    expect(tokenizer.decode(tokenizer.encode("Été"))).toBe("Été");
    expect([...tokenizer.encode("ete")]).toEqual([tokenizer.special.unknown]);
  });

  it("does not depend on how the texts come", async () => {
    const texts = [babble(5, 100), babble(6, 100), babble(7, 100)];
    const [forward, backward] = [await trainWordPiece(texts, { vocabSize: 120 }), await trainWordPiece([...texts].reverse(), { vocabSize: 120 })];
    expect(backward.toJson()).toBe(forward.toJson());
  });

  it("writes a tokenizer.json that gives the same ids here and in Hugging Face's own tokenizer", async () => {
    const tokenizer = await trainWordPiece(["The weather, whether fine or not; naïve 東京 weathers."], { vocabSize: 90 });
    const read = readTokenizerJson(tokenizer.toJson());
    const theirs = new HuggingFaceTokenizer(JSON.parse(tokenizer.toJson()) as object, {});
    for (const text of ["", "The weather", "whethers of 東京!", "a[MASK]b", "NAÏVE  weather\n"]) {
      const { ids } = tokenizer.modelInput(tokenizer.encode(text));
      expect([...read.modelInput(read.encode(text)).ids]).toEqual([...ids]);
      expect(theirs.encode(text).ids).toEqual([...ids]);
    }
  });

  it.each<[string, Parameters<typeof trainWordPiece>[1], RegExp]>([
    ["a tiny vocabulary", { vocabSize: 5 }, /vocabSize must be an integer in \[6/],
    ["no minimal frequency", { vocabSize: 50, minFrequency: 0 }, /minFrequency/],
    ["no alphabet", { vocabSize: 50, alphabetSize: 0 }, /alphabetSize/],
    ["more characters than tokens", { vocabSize: 10 }, /26 characters take 5[0-9] tokens, and vocabSize is 10/],
  ])("refuses %s", async (_, options, message) => {
    const error = { code: "data/bad-option", message: expect.stringMatching(message) as string };
    await expect(trainWordPiece(["abcdefghijklmnopqrstuvwxyz zyxwvutsrqponmlkjihgfedcba"], options)).rejects.toThrow(expect.objectContaining(error));
  });

  it("refuses to learn from nothing", async () => {
    await expect(trainWordPiece([" \u200b"], { vocabSize: 300 })).rejects.toThrow(expect.objectContaining({ code: "data/empty-corpus" }));
  });
});
