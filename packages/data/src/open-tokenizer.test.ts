import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openTokenizer } from "./open-tokenizer.js";
import { trainByteLevelBpe } from "./train-byte-level-bpe.js";
import { trainWordPiece } from "./train-word-piece.js";

const root = mkdtempSync(join(tmpdir(), "bort-tokenizers-"));
afterAll(() => rmSync(root, { recursive: true }));

let folders = 0;
/** A folder of these files; what is not text is written as JSON. */
function folderOf(files: Readonly<Record<string, unknown>>): string {
  const folder = join(root, String(folders++));
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  return folder;
}

const VOCAB = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "ete", "été", "Été", "##s", "中", "a", "##中", "a中"];
const without = (...left: string[]): string => VOCAB.filter((token) => !left.includes(token)).map((token) => `${token}\n`).join("");
const spelled = (folder: string, text: string): string[] => {
  const tokenizer = openTokenizer(folder);
  return [...tokenizer.encode(text)].map((id) => tokenizer.idToToken(id));
};

describe("openTokenizer with vocab.txt", () => {
  it("lowercases unless the vocabulary has capitals, and then takes accents off", () => {
    const [uncased, cased] = [`${without("Été")}ᵃ\n`, `${without()}Word\n`];
    expect(spelled(folderOf({ "vocab.txt": uncased }), "Étés [MASK]")).toEqual(["ete", "##s", "[MASK]"]);
    expect(spelled(folderOf({ "vocab.txt": cased }), "Étés")).toEqual(["Été", "##s"]);
  });

  it.each<[object, string[]]>([
    [{ do_lower_case: true }, ["ete", "##s", "a", "中"]],
    [{ do_lower_case: true, strip_accents: false }, ["été", "##s", "a", "中"]],
    [{ do_lower_case: false, tokenize_chinese_chars: false }, ["Été", "##s", "a中"]],
    [{ do_lower_case: false, strip_accents: null, tokenizer_class: "BertTokenizer" }, ["Été", "##s", "a", "中"]],
  ])("follows %j", (config, tokens) => {
    expect(spelled(folderOf({ "vocab.txt": without(), "tokenizer_config.json": config }), "Étés a中")).toEqual(tokens);
  });

  it("finds special tokens that the config names, with their flags", () => {
    const vocab = without().replace("[MASK]", "<blank>").replaceAll("\n", "\r\n");
    const maskToken = { content: "<blank>", lstrip: true, normalized: false, single_word: false, rstrip: false };
    const folder = folderOf({ "vocab.txt": vocab, "tokenizer_config.json": { mask_token: null }, "special_tokens_map.json": { mask_token: maskToken } });
    const tokenizer = openTokenizer(folder);
    expect(tokenizer.special).toEqual({ pad: 0, unknown: 1, begin: 2, end: 3, mask: 4 });
    expect(tokenizer.decode(tokenizer.encode("a  <blank>"))).toBe("a <blank>");
    const listed = (JSON.parse(tokenizer.toJson()) as { added_tokens: { id: number; lstrip: boolean }[] }).added_tokens;
    expect(listed.map(({ id, lstrip }) => [id, lstrip])).toEqual([[0, false], [1, false], [2, false], [3, false], [4, true]]);
  });

  it("takes the added tokens that the config lists", () => {
    const listed = { "13": { content: "new tok", lstrip: false, rstrip: false, normalized: true, single_word: false, special: false } };
    expect(spelled(folderOf({ "vocab.txt": without(), "tokenizer_config.json": { added_tokens_decoder: listed } }), "a new tok a")).toEqual(["a", "new tok", "a"]);
  });
});

describe("openTokenizer with vocab.json and merges.txt", async () => {
  const trained = await trainByteLevelBpe(["the weather whether the other feather"], { vocabSize: 280 });
  const { model: { vocab, merges } } = JSON.parse(trained.toJson()) as { model: { vocab: Record<string, number>; merges: string[] } };
  const files = { "vocab.json": vocab, "merges.txt": `#version: 0.2\n${merges.join("\n")}\n` };

  it("reads RoBERTa's kind: its mask takes the space before it, and a pair has two ends between", () => {
    const tokenizer = openTokenizer(folderOf(files));
    expect(tokenizer.encode("the weather, naïve")).toEqual(trained.encode("the weather, naïve"));
    expect(tokenizer.decode(tokenizer.encode("the <mask> the"))).toBe("the<mask> the");
    expect([...tokenizer.modelInput([7], [8]).ids]).toEqual([0, 7, 2, 2, 8, 2]);
  });

  it("puts a space before the text where the config says so", () => {
    const tokenizer = openTokenizer(folderOf({ ...files, "tokenizer_config.json": { add_prefix_space: true, tokenizer_class: "RobertaTokenizer" } }));
    expect(tokenizer.decode(tokenizer.encode("the"))).toBe(" the");
  });
});

describe("openTokenizer with tokenizer.json", () => {
  it("prefers it, and is written as it was read", async () => {
    const json = (await trainWordPiece(["the weather"], { vocabSize: 40 })).toJson();
    const tokenizer = openTokenizer(folderOf({ "tokenizer.json": json, "vocab.txt": "nothing", "tokenizer_config.json": { cls_token: "[CLS]" } }));
    expect(tokenizer.toJson()).toBe(json);
  });
});

it.each<[string, string, Record<string, unknown>, RegExp]>([
  ["no files", "data/missing-path", {}, /there is no tokenizer in .*vocab\.txt/],
  ["half of the files", "data/missing-path", { "vocab.json": {} }, /merges\.txt/],
  ["a config that is not JSON", "data/bad-tokenizer", { "vocab.txt": without(), "tokenizer_config.json": "{" }, /tokenizer_config\.json is not JSON/],
  ["another class", "data/bad-tokenizer", { "vocab.txt": without(), "tokenizer_config.json": { tokenizer_class: "MPNetTokenizer" } }, /BERT's kind, got "MPNetTokenizer"/],
  ["another class of merges", "data/bad-tokenizer", { "vocab.json": {}, "merges.txt": "", "tokenizer_config.json": { tokenizer_class: "CLIPTokenizer" } }, /CLIPTokenizer/],
  ["no cutting into words", "data/bad-tokenizer", { "vocab.txt": without(), "tokenizer_config.json": { do_basic_tokenize: false } }, /do_basic_tokenize/],
  ["words that are never cut", "data/bad-tokenizer", { "vocab.txt": without(), "tokenizer_config.json": { never_split: ["a.b"] } }, /never_split/],
  ["a token twice", "data/bad-tokenizer", { "vocab.txt": `${without()}a\n` }, /each token once, got 14 lines with 13 tokens/],
  ["no [SEP]", "data/bad-tokenizer", { "vocab.txt": without("[SEP]") }, /no \[SEP\] token/],
  ["no <mask>", "data/bad-tokenizer", { "vocab.json": { "<s>": 0, "</s>": 1 }, "merges.txt": "" }, /<mask>/],
  ["added_tokens.json", "data/bad-tokenizer", { "vocab.txt": without(), "added_tokens.json": { x: 13 } }, /added_tokens\.json is not supported/],
  ["a special token that is none", "data/bad-tokenizer", { "vocab.txt": without(), "tokenizer_config.json": { bos_token: { content: "<go>" } } }, /<go>/],
])("refuses a folder with %s", (_, code, files, message) => {
  const error = { code, message: expect.stringMatching(message) as string };
  expect(() => openTokenizer(folderOf(files))).toThrow(expect.objectContaining(error));
});
