import { random } from "@bort/data";
import { describe, expect, it } from "vitest";
import { drawWords, exampleUnless, followsSpace, wordAt, wordPlaces, wordingOf } from "./wording.js";

const wordsOf = (text: string): string[] => {
  const wording = wordingOf({ text });
  return wordPlaces(wording).map((place) => wordAt(wording, place));
};

describe("wordingOf", () => {
  it.each([
    ["", []],
    [" .. 42 ", []],
    ["It isn't well-known (rock'n'roll’s, naïve Ἀθῆναι)!", ["It", "isn't", "well", "known", "rock'n'roll’s", "naïve", "Ἀθῆναι"]],
    ["it 's a film , does n't it", ["it", "a", "film", "does", "n't", "it"]],
    ["@highlight The 7th of 1999", ["highlight", "The", "7th", "of"]],
  ])("finds the words of %j", (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });

  it("cuts any text into pieces that joined are the text again, words at the odd places", () => {
    const rng = random(3, "texts");
    const alphabet = [..."aZé7'’-_. \n😀\u0301"];
    for (let i = 0; i < 300; i++) {
      const text = Array.from({ length: rng.integer(20) }, () => alphabet[rng.integer(alphabet.length)]).join("");
      const [pieces] = wordingOf({ text });
      expect(pieces!.join("")).toBe(text);
      pieces!.forEach((piece, at) => { if (at % 2 === 1) expect(piece).toMatch(/^[\p{L}\p{M}\p{N}'’]+$/u); });
    }
  });

  it("tells which words follow a space: the first of a text does", () => {
    const wording = wordingOf({ text: "one two-three\nfour", pair: "(five six" });
    expect(wordPlaces(wording).filter((place) => followsSpace(wording, place)).map((place) => wordAt(wording, place))).toEqual(["one", "two", "six"]);
  });
});

describe("drawWords", () => {
  const wording = wordingOf({ text: "a b", pair: "c" });
  const places = wordPlaces(wording);
  const two = [{ word: "x", probability: 0.7 }, { word: "y", probability: 0.3 }];

  it("draws each word by itself, by the probabilities, and leaves a word that has no replacement", () => {
    const rng = random(1, "draws");
    const counts = new Map<string, number>();
    for (let i = 0; i < 2000; i++) {
      const text = exampleUnless({ text: "" }, drawWords(wording, places, [two, two, []], rng))!;
      expect(text.pair).toBe("c");
      counts.set(text.text, (counts.get(text.text) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(["x x", "x y", "y x", "y y"]);
    const shares = Object.entries({ "x x": 0.49, "x y": 0.21, "y x": 0.21, "y y": 0.09 });
    for (const [text, share] of shares) expect(Math.abs(counts.get(text)! / 2000 - share)).toBeLessThan(0.035);
    expect(wording).toEqual(wordingOf({ text: "a b", pair: "c" }));
  });
});

describe("exampleUnless", () => {
  it("is an example without a label, and nothing where it is the one before", () => {
    const before = { text: "a, b", pair: "c", label: "1" };
    expect(exampleUnless(before, wordingOf(before))).toBe(undefined);
    expect(exampleUnless(before, wordingOf({ text: "a, b", pair: "d" }))).toEqual({ text: "a, b", pair: "d" });
    expect(exampleUnless({ text: "b" }, wordingOf({ text: "a" }))).toEqual({ text: "a" });
  });
});
