import { beforeAll, describe, expect, it } from "vitest";
import { random } from "./random.js";
import type { Tokenizer } from "./tokenizer.js";
import { trainByteLevelBpe } from "./train-byte-level-bpe.js";
import { trainWordPiece } from "./train-word-piece.js";

const TEXTS = [
  "It was the best of times, it was the worst of times; we'll see whether it's the age of wisdom.",
  "The naïve café, 東京の夜, Ελληνικά and emoji 👩‍👩‍👧 are text like any other, and so are tabs\tand\n\nlines.",
];

const NASTY = [
  "", " ", "   ", "\n", "\r\n\t", " leading", "trailing ", "a  b   c", "\u0000\u0001", "\ufeffmark", "x\ufeff", "\u0085", "\u00a0\u3000\u200b",
  "e\u0301 ﷺ ß İ", "👩‍👩‍👧🏳️‍🌈", "𝒳𝔘 \u{10ffff}", "中文字符", "'s 's' ''ll",
  "<s>", "</s", "a<mask>b <mask> <pad><unk>", "<<s>>", "Ġ Ċ ▁ ##a", "\ufffd",
];

describe("a byte-level tokenizer", () => {
  let tokenizer: Tokenizer;
  beforeAll(async () => { tokenizer = await trainByteLevelBpe(TEXTS, { vocabSize: 330 }); });

  it.each(NASTY)("gives back %j", (text) => {
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  });

  it("gives back any well-formed text", () => {
    const rng = random(1);
    const character = (): string => {
      const code = rng.integer([0x80, 0x3000, 0x110000][rng.integer(3)]!);
      return code >= 0xd800 && code < 0xe000 ? "s" : String.fromCodePoint(code);
    };
    for (let i = 0; i < 2000; i++) {
      const text = Array.from({ length: rng.integer(12) }, character).join("");
      const ids = tokenizer.encode(text);
      expect(tokenizer.decode(ids)).toBe(text);
      expect(ids.every((id) => id >= 0 && id < tokenizer.vocabSize)).toBe(true);
    }
  });

  it("uses the merges it learned, and is the same when it knows the words", () => {
    const text = TEXTS[0]!;
    const cold = tokenizer.encode(text);
    expect(cold.length).toBeLessThan(text.length * 0.6);
    expect(tokenizer.encode(text)).toEqual(cold);
  });

  it("finds special tokens in the text, and adds none around it", () => {
    const { begin, end, mask } = tokenizer.special;
    const [a] = tokenizer.encode("a");
    expect([...tokenizer.encode("<s>a<mask>a</s>")]).toEqual([begin, a, mask, a, end]);
    expect([...tokenizer.encode("a")]).toEqual([a]);
  });

  it("makes a model's input of one text and of two, all of one type", () => {
    const { begin, end } = tokenizer.special;
    expect(tokenizer.modelInput([7, 8])).toEqual({ ids: Int32Array.of(begin, 7, 8, end), tokenTypes: new Int32Array(4) });
    expect(tokenizer.modelInput([7], [8])).toEqual({ ids: Int32Array.of(begin, 7, end, 8, end), tokenTypes: new Int32Array(5) });
  });

  it("decodes the bytes of half a character as a replacement character", () => {
    const [first] = tokenizer.encode("\u{10ffff}");
    expect(tokenizer.decode([first!])).toBe("\ufffd");
  });

  it.each([-1, 330, 1.5, NaN])("refuses the id %s", (id) => {
    expect(() => tokenizer.decode([id])).toThrow(expect.objectContaining({ code: "data/bad-tokens" }));
    expect(() => tokenizer.idToToken(id)).toThrow(expect.objectContaining({ code: "data/bad-tokens" }));
  });
});

describe("a WordPiece tokenizer", () => {
  let tokenizer: Tokenizer;
  beforeAll(async () => { tokenizer = await trainWordPiece(TEXTS, { vocabSize: 200 }); });

  it.each(NASTY)("gives ids of the vocabulary for %j, and the same when it knows the words", (text) => {
    const ids = tokenizer.encode(text);
    expect(ids.every((id) => id >= 0 && id < tokenizer.vocabSize)).toBe(true);
    expect(tokenizer.encode(text)).toEqual(ids);
  });

  it("gives back normalized text", () => {
    expect(tokenizer.decode(tokenizer.encode("It WAS the  best\u200b of tímes, whether"))).toBe("it was the best of times, whether");
  });

  it("has the unknown token for a word that it cannot spell, and special tokens for theirs", () => {
    const { unknown, mask } = tokenizer.special;
    expect([...tokenizer.encode("ж[MASK] жж")]).toEqual([unknown, mask, unknown]);
    expect(tokenizer.decode([mask])).toBe("[MASK]");
  });

  it("tells the two texts of a pair apart", () => {
    const { begin, end } = tokenizer.special;
    expect(tokenizer.modelInput([7, 8])).toEqual({ ids: Int32Array.of(begin, 7, 8, end), tokenTypes: new Int32Array(4) });
    expect(tokenizer.modelInput([7], [8])).toEqual({ ids: Int32Array.of(begin, 7, end, 8, end), tokenTypes: Int32Array.of(0, 0, 0, 1, 1) });
  });
});
