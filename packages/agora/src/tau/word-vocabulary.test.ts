import { describe, expect, it } from "vitest";
import { toyBytes, toyWordPiece } from "./toy-word-model.js";
import { wordVocabulary } from "./word-vocabulary.js";

describe("wordVocabulary", () => {
  it("has the whole words of WordPiece, with a space before them or without, in the tokenizer's case", async () => {
    const tokenizer = await toyWordPiece();
    const { afterSpace, elsewhere } = wordVocabulary(tokenizer);
    expect(afterSpace.words).toEqual(expect.arrayContaining(["film", "movie", "paris"]));
    expect(afterSpace.words.filter((word) => !/^\p{L}+$/u.test(word))).toEqual([]);
    expect(elsewhere).toEqual(afterSpace);
    expect([...afterSpace.ids].map((id) => tokenizer.idToToken(id))).toEqual(afterSpace.words);
  });

  it("has of byte-level BPE the tokens with a space after one, and elsewhere those without that are words", async () => {
    const tokenizer = await toyBytes();
    const { afterSpace, elsewhere } = wordVocabulary(tokenizer);
    expect(afterSpace.words).toEqual(expect.arrayContaining(["film", "movie", "Paris"]));
    expect([...afterSpace.ids].map((id) => tokenizer.idToToken(id))).toEqual(afterSpace.words.map((word) => `Ġ${word}`));
    expect(elsewhere.words.length).toBeGreaterThan(0);
    expect([...elsewhere.ids].map((id) => tokenizer.idToToken(id))).toEqual(elsewhere.words);
    const words = new Set(afterSpace.words.map((word) => word.toLowerCase()));
    expect(elsewhere.words.filter((word) => !words.has(word.toLowerCase()))).toEqual([]);
    expect(elsewhere.words).not.toContain("ilm"); // Of "film": a token, but no word.
  });
});
