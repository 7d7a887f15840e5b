import { expect, it } from "vitest";
import { specialTokensOf } from "./special-tokens.js";

const idsOf = (...tokens: string[]): Map<string, number> => new Map(tokens.map((token, id) => [token, id]));

it("knows RoBERTa's names and BERT's", () => {
  expect(specialTokensOf(idsOf("<s>", "<pad>", "</s>", "<unk>", "<mask>"))).toEqual({ begin: 0, pad: 1, end: 2, unknown: 3, mask: 4 });
  expect(specialTokensOf(idsOf("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"))).toEqual({ pad: 0, unknown: 1, begin: 2, end: 3, mask: 4 });
});

it("is not led astray by a stray token of the other set", () => {
  expect(specialTokensOf(idsOf("<s>", "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"))).toMatchObject({ begin: 3 });
});

it("takes names that are given, and the usual ones for the rest", () => {
  const ids = idsOf("<s>", "<pad>", "</s>", "[UNK]", "<mask>", "<unk>");
  expect(specialTokensOf(ids, { unknown: "[UNK]" })).toEqual({ begin: 0, pad: 1, end: 2, unknown: 3, mask: 4 });
  expect(specialTokensOf(idsOf("<s>", "<pad>", "</s>", "[UNK]", "<mask>"))).toMatchObject({ unknown: 3 });
});

it("says which is missing", () => {
  const error = { code: "data/bad-tokenizer", message: expect.stringContaining("no <mask> or [MASK] token") as string };
  expect(() => specialTokensOf(idsOf("<s>", "<pad>", "</s>", "<unk>"))).toThrow(expect.objectContaining(error));
  expect(() => specialTokensOf(idsOf("<s>", "<pad>", "</s>", "<unk>", "<mask>"), { begin: "<go>" })).toThrow(/no <go> token, for begin/);
});
