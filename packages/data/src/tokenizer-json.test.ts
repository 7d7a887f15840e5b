import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { beforeAll, describe, expect, it } from "vitest";
import { readTokenizerJson } from "./tokenizer-json.js";
import type { Tokenizer } from "./tokenizer.js";
import { trainByteLevelBpe } from "./train-byte-level-bpe.js";

interface TokenizerJson {
  added_tokens: { id: number; content: string; lstrip: boolean; single_word: boolean }[];
  truncation: unknown;
  padding: unknown;
  normalizer: unknown;
  pre_tokenizer: Record<string, unknown>;
  decoder: unknown;
  post_processor: unknown;
  model: Record<string, unknown> & { vocab: Record<string, unknown>; merges: unknown[] };
}

const SAMPLES = [
  "", "the weather, whether", " two  spaces\n\n", "naïve 日本 👩‍👩‍👧", "a<mask>b</s> <pad>",
  "we'll 1984 'tis __proto__ constructor",
];

let trained: Tokenizer;
let json: TokenizerJson;
beforeAll(async () => {
  const texts = ["the weather and whether the other feather is there: 1984, 1985, naïve", "__proto__ constructor"];
  trained = await trainByteLevelBpe(texts, { vocabSize: 300 });
});
const changed = (change: (json: TokenizerJson) => void): string => {
  json = JSON.parse(trained.toJson()) as TokenizerJson;
  change(json);
  return JSON.stringify(json);
};

describe("tokenizer.json", () => {
  it("comes back as it was written", () => {
    const read = readTokenizerJson(trained.toJson());
    expect(read.toJson()).toBe(trained.toJson());
    for (const text of SAMPLES) expect(read.encode(text)).toEqual(trained.encode(text));
  });

  it("gives the same ids in Hugging Face's own tokenizer, of one text and of a pair", () => {
    const theirs = new HuggingFaceTokenizer(JSON.parse(trained.toJson()) as object, {});
    const { begin, end } = trained.special;
    for (const text of SAMPLES) {
      expect(theirs.encode(text, { add_special_tokens: false }).ids).toEqual([...trained.encode(text)]);
      expect(theirs.encode(text).ids).toEqual([begin, ...trained.encode(text), end]);
    }
    const [a, b] = [trained.encode("the"), trained.encode("other")];
    expect(theirs.encode("the", { text_pair: "other" }).ids).toEqual([begin, ...a, end, ...b, end]);
    expect(theirs.decode([...trained.encode("the weather, naïve")])).toBe("the weather, naïve");
  });

  it("may write its merges as arrays, and leave the special tokens to the vocabulary", () => {
    const text = changed((it) => {
      it.model.merges = it.model.merges.map((merge) => (merge as string).split(" "));
      it.added_tokens = [];
    });
    const read = readTokenizerJson(text);
    for (const sample of SAMPLES) expect(read.encode(sample)).toEqual(trained.encode(sample));
    expect((JSON.parse(read.toJson()) as TokenizerJson).added_tokens).toEqual((JSON.parse(trained.toJson()) as TokenizerJson).added_tokens);
  });

  it("is the same document again, what is not used here too", () => {
    const text = changed((it) => {
      it.truncation = { max_length: 128, strategy: "LongestFirst", stride: 0 };
      it.padding = { strategy: { Fixed: 128 } };
      it.model["notes"] = "kept";
    });
    expect(JSON.parse(readTokenizerJson(text).toJson())).toEqual(json);
    expect(readTokenizerJson(text).encode("the weather")).toEqual(trained.encode("the weather"));
  });

  it("may leave out the model's type and the decoder", () => {
    const read = readTokenizerJson(changed((it) => { delete it.model["type"]; it.decoder = null; }));
    for (const sample of SAMPLES) expect(read.decode(read.encode(sample))).toBe(sample);
  });

  it("may name its special tokens as it likes, if that is said", () => {
    const text = changed((it) => {
      it.model.vocab = Object.fromEntries(Object.entries(it.model.vocab).map(([token, id]) => [token === "<s>" ? "<go>" : token, id]));
      it.added_tokens[0]!.content = "<go>";
    });
    expect(readTokenizerJson(text, { begin: "<go>" }).special.begin).toBe(0);
    expect(() => readTokenizerJson(text)).toThrow(/no <s> or \[CLS\] token/);
  });

  it("may have its special tokens at other ids", () => {
    const text = changed((it) => {
      const { vocab } = it.model;
      [vocab["<mask>"], vocab["the"]] = [vocab["the"], vocab["<mask>"]];
      it.added_tokens = it.added_tokens.filter(({ content }) => content !== "<mask>");
    });
    const read = readTokenizerJson(text);
    expect(read.special).toEqual({ begin: 0, pad: 1, end: 2, unknown: 3, mask: json.model.vocab["<mask>"] });
    expect([...read.encode("the<mask>")]).toEqual([4, read.special.mask]);
  });

  it.each<[string, RegExp, (json: TokenizerJson) => void]>([
    ["no <mask>", /no <mask>/, (it) => { delete it.model.vocab["<mask>"]; it.model.vocab["ordinary"] = 4; it.added_tokens.pop(); }],
    ["an unknown model", /"Unigram"/, (it) => { it.model["type"] = "Unigram"; }],
    ["no vocabulary", /model\.vocab/, (it) => { delete (it.model as Record<string, unknown>)["vocab"]; }],
    ["dropout", /dropout/, (it) => { it.model["dropout"] = 0.1; }],
    ["ignore_merges", /ignore_merges/, (it) => { it.model["ignore_merges"] = true; }],
    ["WordPiece over bytes", /pre_tokenizer of characters/, (it) => { it.model["type"] = "WordPiece"; }],
    ["an unknown normalizer", /"Nmt"/, (it) => { it.normalizer = { type: "Nmt" }; }],
    ["a pre-tokenizer of characters", /ends with ByteLevel/, (it) => { it.pre_tokenizer = { type: "Whitespace" }; }],
    ["an unknown pre-tokenizer", /"Metaspace"/, (it) => { it.pre_tokenizer = { type: "Metaspace" }; }],
    ["an unknown decoder", /"BPEDecoder"/, (it) => { it.decoder = { type: "BPEDecoder" }; }],
    ["a post-processor of ids that are none", /5000/, (it) => { it.post_processor = { type: "BertProcessing", cls: ["<s>", 0], sep: ["</s>", 5000] }; }],
    ["a gap in the ids", /from 0 to/, (it) => { it.model.vocab["the"] = 5000; }],
    ["an id twice", /both have id/, (it) => { it.model.vocab["the"] = 270; it.model.vocab["er"] = 270; }],
    ["an id that is text", /"7"/, (it) => { it.model.vocab["the"] = "7"; }],
    ["an added token with two ids", /two ids/, (it) => { it.added_tokens[0]!.id = 9; }],
    ["an added token without text", /content/, (it) => { it.added_tokens[0]!.content = ""; }],
    ["a missing byte", /byte 65/, (it) => { it.model.vocab["AA"] = it.model.vocab["A"]; delete it.model.vocab["A"]; }],
    ["a merge of three", /merges\[0\]/, (it) => { it.model.merges[0] = "a b c"; }],
    ["a merge of numbers", /merges\[0\]/, (it) => { it.model.merges[0] = [1, 2]; }],
    ["a merge into no token", /"zq"/, (it) => { it.model.merges.push("z q"); }],
  ])("is refused with %s", (_, message, change) => {
    const error = { code: "data/bad-tokenizer", message: expect.stringMatching(message) as string };
    expect(() => readTokenizerJson(changed(change))).toThrow(expect.objectContaining(error));
  });

  it.each(["", "{", "null", "[]", "{}", "3"])("is refused where it is %j", (text) => {
    expect(() => readTokenizerJson(text)).toThrow(expect.objectContaining({ code: "data/bad-tokenizer" }));
  });
});
