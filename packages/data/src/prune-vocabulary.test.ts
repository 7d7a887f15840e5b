import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { beforeAll, describe, expect, it } from "vitest";
import { BYTE_SYMBOLS } from "./byte-symbols.js";
import { pruneVocabulary } from "./prune-vocabulary.js";
import { random } from "./random.js";
import { tokenCounts } from "./token-counts.js";
import { tokenizerConfigAt } from "./tokenizer-config.js";
import { readTokenizerJson, tokenizerOfDocument } from "./tokenizer-json.js";
import type { Tokenizer } from "./tokenizer.js";
import { trainByteLevelBpe } from "./train-byte-level-bpe.js";
import { trainWordPiece } from "./train-word-piece.js";
import { documentOfMerges, documentOfVocabTxt } from "./vocabulary-files.js";

interface Document {
  truncation: unknown;
  padding: unknown;
  added_tokens: { id: number; content: string; normalized?: boolean }[];
  post_processor: Record<string, unknown>;
  model: { vocab: Record<string, number>; merges?: string[] };
}
const documentOf = (tokenizer: Tokenizer): Document => JSON.parse(tokenizer.toJson()) as Document;

/** Random words, some with characters that no vocabulary here has, between spaces, marks and special tokens. */
function babble(seed: number, words: number, letters = "aaabbcdé中x", between: readonly string[] = [" ", " ", " ", ", ", "[MASK]", "<mask>"]): string {
  const rng = random(seed, "babble");
  const word = (): string => Array.from({ length: 1 + rng.integer(9) }, () => [...letters][rng.integer([...letters].length)]).join("");
  return Array.from({ length: words }, () => word() + between[rng.integer(between.length)]!).join("");
}

const TRAINING = [1, 2, 3].map((seed) => babble(seed, 400, "aaabbcdé", [" ", ", "]));
const COUNTED = TRAINING.slice(0, 1);
const TEXTS = Array.from({ length: 40 }, (_, i) => babble(100 + i, 12));
const SHORT = Array.from({ length: 300 }, (_, i) => babble(1000 + i, 1));

/** The tokens of a tokenizer in another order, so that special ones lie between the others. */
function shuffled(tokenizer: Tokenizer): string[] {
  return random(7).shuffle(Array.from({ length: tokenizer.vocabSize }, (_, id) => tokenizer.idToToken(id)));
}

async function wordPiece(): Promise<Tokenizer> {
  const tokens = shuffled(await trainWordPiece(TRAINING, { vocabSize: 300 }));
  return tokenizerOfDocument(documentOfVocabTxt(tokens.join("\n"), tokenizerConfigAt()));
}

async function byteLevelBpe(): Promise<Tokenizer> {
  const trained = await trainByteLevelBpe(TRAINING, { vocabSize: 480 });
  const vocab = Object.fromEntries(shuffled(trained).map((token, id) => [token, id]));
  return tokenizerOfDocument(documentOfMerges(vocab, documentOf(trained).model.merges!.join("\n"), tokenizerConfigAt()));
}

/** The tokenizer with a change to its document. */
function changed(tokenizer: Tokenizer, change: (document: Document) => void): Tokenizer {
  const document = documentOf(tokenizer);
  change(document);
  return readTokenizerJson(JSON.stringify(document));
}

const unknownsOf = (tokenizer: Tokenizer, text: string): number => tokenizer.encode(text).filter((id) => id === tokenizer.special.unknown).length;

describe.each([["WordPiece", wordPiece], ["byte-level BPE", byteLevelBpe]] as const)("a pruned vocabulary of %s", (_, make) => {
  let whole: Tokenizer;
  let counts: Float64Array;
  let least: number;
  beforeAll(async () => {
    whole = await make();
    counts = await tokenCounts(whole, COUNTED);
    least = pruneVocabulary(whole, counts, { minCount: Infinity }).keptIds.length;
  });

  /** Prunings of many sizes, by the texts' counts and by random ones. */
  function* prunings(): Generator<ReturnType<typeof pruneVocabulary>> {
    const rng = random(5);
    for (let seed = 0; seed < 8; seed++) {
      const tokens = least + rng.integer(whole.vocabSize - least + 1);
      const weights = Array.from({ length: whole.vocabSize }, () => Math.floor(40 * rng.uniform() ** 3));
      yield pruneVocabulary(whole, seed % 2 === 0 ? counts : weights, seed % 4 < 2 ? { tokens } : { minCount: 1 + rng.integer(20) });
    }
  }

  it("has its tokens in the old order, special ones in their roles", () => {
    for (const { tokenizer, keptIds } of prunings()) {
      expect(tokenizer.vocabSize).toBe(keptIds.length);
      expect(keptIds).toEqual([...new Set(keptIds)].sort((a, b) => a - b));
      expect(keptIds.map((_, id) => tokenizer.idToToken(id))).toEqual(keptIds.map((id) => whole.idToToken(id)));
      expect(Object.entries(tokenizer.special).map(([role, id]) => [role, keptIds[id as number]])).toEqual(Object.entries(whole.special));
    }
  });

  it("decodes what it encodes as before, and knows the words that were known", () => {
    for (const { tokenizer } of prunings()) {
      for (const text of TEXTS) {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(whole.decode(whole.encode(text)));
        expect(unknownsOf(tokenizer, text)).toBe(unknownsOf(whole, text));
      }
    }
  });

  it("encodes a text whose tokens are all kept to these", () => {
    let same = 0;
    for (const { tokenizer, keptIds } of prunings()) {
      const kept = new Set(keptIds);
      for (const text of SHORT) {
        const before = whole.encode(text);
        if (!before.every((id) => kept.has(id))) continue;
        expect([...tokenizer.encode(text)].map((id) => keptIds[id])).toEqual([...before]);
        same++;
      }
    }
    expect(same).toBeGreaterThan(400);
  });

  it("makes of dropped tokens kept ones", () => {
    const { tokenizer } = pruneVocabulary(whole, counts, { tokens: least });
    const longer = TEXTS.filter((text) => tokenizer.encode(text).length > whole.encode(text).length);
    expect(longer.length).toBe(TEXTS.length);
  });

  it("has exactly as many tokens as are asked for, from those that must stay to all", () => {
    for (const tokens of [least, least + 1, least + 17, whole.vocabSize]) expect(pruneVocabulary(whole, counts, { tokens }).keptIds).toHaveLength(tokens);
    expect(pruneVocabulary(whole, counts, { tokens: whole.vocabSize }).tokenizer.toJson()).toBe(whole.toJson());
    for (const tokens of [least - 1, whole.vocabSize + 1, least + 0.5, NaN]) {
      const error = { code: "data/bad-option", message: expect.stringContaining(`tokens must be an integer in [${least}, ${whole.vocabSize}], got ${tokens}`) as string };
      expect(() => pruneVocabulary(whole, counts, { tokens })).toThrow(expect.objectContaining(error));
    }
  });

  it("keeps every token that is counted often enough, and with minCount 1 the tokens of the counted texts", () => {
    for (const minCount of [1, 3, 10.5]) {
      const { keptIds } = pruneVocabulary(whole, counts, { minCount });
      const kept = new Set(keptIds);
      expect([...counts.keys()].filter((id) => counts[id]! >= minCount && !kept.has(id))).toEqual([]);
      expect(keptIds.length).toBeLessThan(whole.vocabSize);
    }
    const { tokenizer, keptIds } = pruneVocabulary(whole, counts, { minCount: 1 });
    for (const text of COUNTED) expect([...tokenizer.encode(text)].map((id) => keptIds[id])).toEqual([...whole.encode(text)]);
  });

  it("keeps special tokens and the least there is, however rare", () => {
    const { keptIds } = pruneVocabulary(whole, new Float64Array(whole.vocabSize), { minCount: 1 });
    const kept = new Set(keptIds);
    for (const id of Object.values(whole.special) as number[]) expect(kept.has(id)).toBe(true);
    expect(keptIds).toHaveLength(least);
  });

  it("opens again as it was saved, here and in Hugging Face's library", () => {
    for (const { tokenizer } of prunings()) {
      const read = readTokenizerJson(tokenizer.toJson());
      const theirs = new HuggingFaceTokenizer(JSON.parse(tokenizer.toJson()) as object, {});
      expect(read.toJson()).toBe(tokenizer.toJson());
      for (const text of TEXTS.slice(0, 10)) {
        expect(read.encode(text)).toEqual(tokenizer.encode(text));
        expect(theirs.encode(text, { add_special_tokens: false }).ids).toEqual([...tokenizer.encode(text)]);
      }
    }
  });

  it("makes the inputs of texts and pairs as before", () => {
    for (const { tokenizer, keptIds } of prunings()) {
      const [a, b] = [tokenizer.encode(TEXTS[0]!), tokenizer.encode(TEXTS[1]!)];
      const old = (ids: Int32Array): Int32Array => ids.map((id) => keptIds[id]!);
      for (const [now, before] of [
        [tokenizer.modelInput(a), whole.modelInput(old(a))], [tokenizer.modelInput(a, b), whole.modelInput(old(a), old(b))],
      ] as const) {
        expect(old(now.ids)).toEqual(before.ids);
        expect(now.tokenTypes).toEqual(before.tokenTypes);
      }
    }
  });

  it("keeps truncation, padding and added tokens, with their new ids", () => {
    const padding = { strategy: { Fixed: 8 }, direction: "Right", pad_id: whole.special.pad, pad_type_id: 0, pad_token: "pad" };
    const truncation = { max_length: 8, strategy: "LongestFirst", stride: 0 };
    const rich = changed(whole, (document) => {
      document.added_tokens.push({ id: whole.vocabSize, content: "New York", normalized: true });
      Object.assign(document, { padding, truncation });
    });
    const { tokenizer, keptIds } = pruneVocabulary(rich, new Float64Array(rich.vocabSize), { minCount: 1 });
    expect(documentOf(tokenizer)).toMatchObject({ truncation, padding: { ...padding, pad_id: tokenizer.special.pad } });
    expect(documentOf(tokenizer).added_tokens.map(({ id, content }) => [keptIds[id], content]))
      .toEqual(documentOf(rich).added_tokens.map(({ id, content }) => [id, content]));
    expect([...tokenizer.encode("a New York")].at(-1)).toBe(keptIds.indexOf(whole.vocabSize));
  });

  it("keeps an ordinary token that the padding names, and refuses one that is none", () => {
    const obligatory = new Set(pruneVocabulary(whole, counts, { minCount: Infinity }).keptIds);
    const rare = [...counts.keys()].find((id) => !obligatory.has(id))!;
    const padded = (padId: unknown): Tokenizer => changed(whole, (document) => { document.padding = { pad_id: padId }; });
    const { tokenizer, keptIds } = pruneVocabulary(padded(rare), counts, { minCount: Infinity });
    expect(documentOf(tokenizer).padding).toEqual({ pad_id: keptIds.indexOf(rare) });
    for (const padId of [whole.vocabSize, -1, "0"]) {
      expect(() => pruneVocabulary(padded(padId), counts, { minCount: 1 })).toThrow(expect.objectContaining({ code: "data/bad-tokenizer" }));
    }
  });

  it.each<[string, (counts: Float64Array) => ArrayLike<number>]>([
    ["too few", (all) => all.slice(1)], ["NaN", (all) => all.map(() => NaN)], ["negative", (all) => all.map(() => -1)], ["infinite", (all) => all.map(() => Infinity)],
  ])("is refused for counts that are %s", (_, change) => {
    expect(() => pruneVocabulary(whole, change(counts), { minCount: 1 })).toThrow(expect.objectContaining({ code: "data/bad-option" }));
  });

  it.each([0, -1, NaN])("is refused for a minCount of %s", (minCount) => {
    expect(() => pruneVocabulary(whole, counts, { minCount })).toThrow(expect.objectContaining({ code: "data/bad-option" }));
  });
});

describe("pruneVocabulary of byte-level BPE", () => {
  let whole: Tokenizer;
  let counts: Float64Array;
  beforeAll(async () => {
    whole = await trainByteLevelBpe(["low lower lowest low lower lowest"], { vocabSize: 300 });
    counts = await tokenCounts(whole, ["lower lower lower lowest lowest lowest"]);
  });
  const tokensOf = (tokenizer: Tokenizer, text: string): string[] => [...tokenizer.encode(text)].map((id) => tokenizer.idToToken(id));

  it("counts a token with those that it is joined into", () => {
    const dropped = pruneVocabulary(whole, counts, { minCount: 4 }).tokenizer;
    expect(tokensOf(whole, " lower lowest")).toEqual(["Ġlower", "Ġlowest"]);
    expect(tokensOf(dropped, " lower lowest")).toEqual(["Ġlowe", "r", "Ġlowe", "s", "t"]);
  });

  it("keeps bytes, and merges into kept tokens alone, with the tokens that they join", () => {
    for (let minCount = 1; minCount < 8; minCount++) {
      const { model: { vocab, merges } } = documentOf(pruneVocabulary(whole, counts, { minCount }).tokenizer);
      expect(BYTE_SYMBOLS.every((symbol) => symbol in vocab)).toBe(true);
      const made = merges!.map((merge) => merge.replace(" ", ""));
      expect(merges!.flatMap((merge) => merge.split(" ")).filter((part) => !(part in vocab))).toEqual([]);
      expect(Object.keys(vocab).filter((token) => token.length > 1 && !token.startsWith("<")).sort()).toEqual(made.sort());
      expect(documentOf(whole).model.merges!.filter((merge) => merges!.includes(merge))).toEqual(merges);
    }
  });

  it("keeps merges as pairs where they were", () => {
    const pairs = changed(whole, ({ model }) => { (model as { merges: unknown }).merges = model.merges!.map((merge) => merge.split(" ")); });
    const { merges } = documentOf(pruneVocabulary(pairs, counts, { minCount: 4 }).tokenizer).model;
    expect(merges).toEqual(documentOf(pruneVocabulary(whole, counts, { minCount: 4 }).tokenizer).model.merges!.map((merge) => merge.split(" ")));
  });

  it("keeps both ways to make a token, and an added token's parts", () => {
    const twice = changed(whole, ({ model, added_tokens }) => {
      Object.assign(model.vocab, { xyz: whole.vocabSize, xy: whole.vocabSize + 1, yz: whole.vocabSize + 2 });
      model.merges!.push("xy z", "x yz", "x y", "y z");
      added_tokens.push({ id: whole.vocabSize, content: "xyz" });
    });
    const { tokenizer } = pruneVocabulary(twice, new Float64Array(twice.vocabSize), { minCount: 1 });
    expect(documentOf(tokenizer).model.merges).toEqual(["xy z", "x yz", "x y", "y z"]);
    expect(tokensOf(tokenizer, "xyyz")).toEqual(["xy", "yz"]);
  });
});

describe("pruneVocabulary of WordPiece", () => {
  const SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
  const vocabulary = (...tokens: string[]): Tokenizer => tokenizerOfDocument(documentOfVocabTxt([...SPECIAL, ...tokens].join("\n"), tokenizerConfigAt()));
  const kept = (tokenizer: Tokenizer, counts: Readonly<Record<string, number>>, tokens: number): string[] => {
    const byId = Array.from({ length: tokenizer.vocabSize }, (_, id) => counts[tokenizer.idToToken(id)] ?? 0);
    return pruneVocabulary(tokenizer, byId, { tokens }).keptIds.map((id) => tokenizer.idToToken(id)).slice(SPECIAL.length);
  };

  it("keeps characters and the most frequent pieces, of equals the shorter, then the first", () => {
    const whole = vocabulary("bab", "##ab", "ba", "ab", "##b", "##a", "b", "a");
    expect(kept(whole, {}, 9)).toEqual(["##b", "##a", "b", "a"]);
    expect(kept(whole, { bab: 2, "##ab": 1 }, 11)).toEqual(["bab", "##ab", "##b", "##a", "b", "a"]);
    expect(kept(whole, { bab: 1 }, 11)).toEqual(["bab", "ba", "##b", "##a", "b", "a"]);
  });

  it("keeps a word that its characters cannot spell", () => {
    expect(kept(vocabulary("новый", "нов", "н", "##о", "##в", "[unused1]"), {}, 10)).toEqual(["новый", "н", "##о", "##в", "[unused1]"]);
  });

  it("knows a character beyond 16 bits as one", () => {
    expect(kept(vocabulary("𝒳", "##𝒳", "𝒳𝒳"), {}, 7)).toEqual(["𝒳", "##𝒳"]);
  });

  it("refuses tokens inside words that their characters cannot spell", () => {
    const error = { code: "data/bad-tokenizer", message: expect.stringMatching(/it has ##bc and lacks ##c/) as string };
    const tokenizer = vocabulary("a", "b", "##b", "c", "##bc");
    expect(() => pruneVocabulary(tokenizer, new Float64Array(10), { minCount: 1 })).toThrow(expect.objectContaining(error));
  });
});
