import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readTokenizerJson } from "./byte-level-bpe.js";
import { random } from "./random.js";
import type { Tokenizer } from "./tokenizer.js";
import { trainByteLevelBpe } from "./train-byte-level-bpe.js";

const TEXTS = [
  "It was the best of times, it was the worst of times; we'll see whether it's the age of wisdom.",
  "The naïve café, 東京の夜, Ελληνικά and emoji 👩‍👩‍👧 are text like any other, and so are tabs\tand\n\nlines.",
];

const NASTY = [
  "", " ", "   ", "\n", "\r\n\t", " leading", "trailing ", "a  b   c", "\u0000\u0001", "\ufeffmark", "x\ufeff", "\u0085", "\u00a0\u3000\u200b",
  "e\u0301 ﷺ ß İ", "👩‍👩‍👧🏳️‍🌈", "𝒳𝔘 \u{10ffff}", "中文字符", "'s 's' ''ll",
  "<s>", "</s", "a<mask>b <mask> <pad><unk>", "<<s>>", "Ġ Ċ ▁ ##a", "\ufffd",
];

describe("ByteLevelBpe", () => {
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

  it("uses the merges it learned, and is the same when the cache knows the words", () => {
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

  it("joins the pair of lowest rank first, the leftmost of equals, as the definition reads", async () => {
    const rng = random(2);
    const babble = (length: number): string => Array.from({ length }, () => "aabc"[rng.integer(4)]).join("");
    const learned = await trainByteLevelBpe(Array.from({ length: 300 }, () => babble(8)), { vocabSize: 340 });
    const { merges } = (JSON.parse(learned.toJson()) as { model: { merges: string[] } }).model;
    const slow = (text: string): string[] => {
      const parts = [...text];
      for (;;) {
        const ranks = parts.slice(1).map((right, i) => merges.indexOf(`${parts[i]} ${right}`));
        const best = Math.min(...ranks.filter((rank) => rank >= 0));
        if (best === Infinity) return parts;
        const at = ranks.indexOf(best);
        parts.splice(at, 2, parts[at]! + parts[at + 1]!);
      }
    };
    for (let i = 0; i < 300; i++) {
      const text = babble(1 + rng.integer(30));
      expect([...learned.encode(text)].map((id) => learned.idToToken(id))).toEqual(slow(text));
    }
  });

  it("does not slow down on a long run", () => {
    const long = "the".repeat(70_000);
    const started = performance.now();
    const ids = tokenizer.encode(long);
    expect(performance.now() - started).toBeLessThan(5000); // A quadratic merge takes minutes.
    expect(ids.length).toBeLessThan(long.length);
    expect(tokenizer.decode(ids)).toBe(long);
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

const folder = join(process.env["BORT_DATA"] ?? join(import.meta.dirname, "../../../../shared/data"), "tokenizers/roberta-base");

describe.skipIf(!existsSync(folder))("ByteLevelBpe with RoBERTa's vocabulary (needs tokenizers/roberta-base in BORT_DATA)", () => {
  let roberta: Tokenizer;
  beforeAll(() => {
    const merges = readFileSync(join(folder, "merges.txt"), "utf8").split("\n").slice(1).filter((line) => line !== "");
    roberta = readTokenizerJson(JSON.stringify({
      added_tokens: [{ id: 50264, content: "<mask>", lstrip: true, special: true }],
      pre_tokenizer: { type: "ByteLevel", add_prefix_space: false },
      model: { type: "BPE", vocab: JSON.parse(readFileSync(join(folder, "vocab.json"), "utf8")) as unknown, merges },
    }));
  });

  // Ids by Hugging Face tokenizers 0.23.2 on the same files.
  it.each<[string, number[]]>([
    ["Hello world", [31414, 232]],
    ["We'll see, it's 1984.", [170, 581, 192, 6, 24, 18, 11724, 4]],
    ["a  b\n\n\tc ", [102, 1437, 741, 50140, 50117, 438, 1437]],
    ["naïve café", [2133, 48350, 26059]],
    ["東京の夜", [48414, 15389, 46499, 11582, 48018, 47983, 48]],
    ["👩‍👩‍👧 ok", [31193, 15375, 17, 8384, 31193, 15375, 17, 8384, 31193, 6248, 15983]],
    ["Paris is the capital <mask> France.", [32826, 16, 5, 812, 50264, 1470, 4]],
    ["\u0085x\u00a0\ufeff", [4056, 5782, 1178, 50141, 43251, 2023, 9470]],
    ["antidisestablishmentarianism", [927, 22831, 30439, 9063, 1809]],
    ["aaaaaaaaaaaaaaaaaaaaaaa", [44172, 44172, 44172, 44172, 44172, 44631]],
  ])("encodes %j as RoBERTa does", (text, ids) => {
    expect([...roberta.encode(text)]).toEqual(ids);
  });

  it("has RoBERTa's special ids, and its mask takes the space before it", () => {
    expect(roberta.special).toEqual({ begin: 0, pad: 1, end: 2, unknown: 3, mask: 50264 });
    expect(roberta.decode(roberta.encode("is the <mask> of"))).toBe("is the<mask> of");
  });
});
