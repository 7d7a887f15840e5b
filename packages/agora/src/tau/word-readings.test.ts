import { random, type TextExample, type Tokenizer, truncatePair } from "@bort/data";
import { beforeAll, describe, expect, it } from "vitest";
import { toyBytes, toyWordPiece, toyWords } from "./toy-word-model.js";
import { type WordReading, type WordReadingOptions, wordReadings } from "./word-readings.js";
import { wordPlaces, wordingOf } from "./wording.js";

const tokenizers: Record<string, Tokenizer> = {};
beforeAll(async () => {
  tokenizers["WordPiece"] = await toyWordPiece();
  tokenizers["bytes"] = await toyBytes();
});

/** Words that are a token each, some followed by `mark`. */
function sentence(words: number, seed: number, mark = ""): string {
  const rng = random(seed, "sentence");
  const oneToken = toyWords.filter((word) => !word.includes("'"));
  return Array.from({ length: words }, () => oneToken[rng.integer(oneToken.length)]! + (rng.integer(5) === 0 ? mark : "")).join(" ");
}

/** The readings for the words of the given numbers. */
function read(tokenizer: Tokenizer, example: TextExample, words: readonly number[], options: WordReadingOptions): WordReading[] {
  const wording = wordingOf(example);
  const places = wordPlaces(wording);
  return wordReadings(tokenizer, { wording, places: words.map((word) => places[word]!) }, options);
}

describe.each(["WordPiece", "bytes"])("readings of %s", (kind) => {
  it("of a short example are the example, with masks for the words or without", () => {
    const tokenizer = tokenizers[kind]!;
    const example = { text: "The movie was xyz , and (film) 's good", pair: "we like Paris" };
    const whole = tokenizer.modelInput(tokenizer.encode(` ${example.text}`), tokenizer.encode(` ${example.pair}`)).ids;
    const seen = read(tokenizer, example, [1, 5, 7], { masked: false, maxLength: 99 });
    expect(seen).toHaveLength(1);
    expect(seen[0]!.ids).toEqual(whole);
    expect(seen[0]!.words.map(({ position }) => tokenizer.decode([whole[position]!]).trim())).toEqual(["movie", ...(kind === "bytes" ? ["fi"] : ["film"]), "we"]);
    const masked = read(tokenizer, example, [7, 1], { masked: true, maxLength: 99 });
    const places = [2, 0].map((word) => seen[0]!.words[word]!.position);
    expect(masked[0]!.ids).toEqual(whole.map((id, i) => (places.includes(i) ? tokenizer.special.mask : id)));
    expect(masked[0]!.words.map(({ position }) => position)).toEqual(places);
  });

  it("puts one mask in the place of a word, however many tokens it has", () => {
    const tokenizer = tokenizers[kind]!;
    const [reading] = read(tokenizer, { text: "the plotactorfilm was good" }, [1], { masked: true, maxLength: 99 });
    expect([...reading!.ids]).toEqual([...tokenizer.modelInput([...tokenizer.encode(" the"), tokenizer.special.mask, ...tokenizer.encode(" was good")]).ids]);
  });

  it("of long examples fit, and ask for each word once", () => {
    const tokenizer = tokenizers[kind]!;
    const rng = random(9, "long");
    for (let i = 0; i < 60; i++) {
      const example = { text: sentence(rng.integer(60), i, ","), ...(i % 2 === 1 && { pair: sentence(rng.integer(60), -i, ",") }) };
      const words = wordPlaces(wordingOf(example)).map((_, word) => word).filter(() => rng.integer(3) === 0);
      const maxLength = 12 + rng.integer(20);
      const readings = read(tokenizer, example, words, { masked: true, maxLength });
      expect(readings.flatMap((reading) => reading.words.map(({ word }) => word)).sort((a, b) => a - b)).toEqual(words.map((_, word) => word));
      for (const { ids, words: asked } of readings) {
        expect(ids.length).toBeLessThanOrEqual(maxLength);
        expect(asked.map(({ position }) => ids[position])).toEqual(asked.map(() => tokenizer.special.mask));
      }
    }
  });

  it.each([[100, 0, 22], [100, 7, 25], [61, 80, 26], [9, 90, 24]])("of texts of %i and %i words have what is around the word", (first, second, maxLength) => {
    const tokenizer = tokenizers[kind]!;
    const example = { text: sentence(first, 1), ...(second > 0 && { pair: sentence(second, 2) }) };
    const [text, pair] = [example.text, example.pair].map((each) => (each === undefined ? undefined : tokenizer.encode(` ${each}`)));
    const added = tokenizer.modelInput([], pair && []).ids.length;
    const kept = truncatePair(first, second, maxLength - added);
    for (let word = 0; word < first + second; word++) {
      const [reading] = read(tokenizer, example, [word], { masked: false, maxLength });
      const inText = word < first;
      const [token, share, length] = inText ? [word, kept[0], first] : [word - first, kept[1], second];
      // Tokens of its own text: the first begins after one special token, the second ends before one.
      const before = reading!.words[0]!.position - (inText ? 1 : maxLength - 1 - kept[1]);
      const start = token - before;
      const own = (inText ? text : pair)!.slice(start, start + share);
      expect(reading!.ids).toEqual((inText ? tokenizer.modelInput(own, pair?.slice(0, kept[1])) : tokenizer.modelInput(text!.slice(0, kept[0]), own)).ids);
      const quarter = Math.floor(share / 4) - 1;
      expect(start === 0 || before >= quarter).toBe(true);
      expect(start + share === length || share - before >= quarter).toBe(true);
    }
  });
});
