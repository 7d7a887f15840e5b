import { describe, expect, it } from "vitest";
import { normalizerAt } from "./normalizer.js";

describe("normalizerAt", () => {
  it.each<[unknown, string, string]>([
    [null, " Aé\u0000 ", " Aé\u0000 "],
    [{ type: "Lowercase" }, "ÀΣ", "àσ"],
    [{ type: "NFC" }, "e\u0301ﬁ", "éﬁ"],
    [{ type: "NFD" }, "éﬁ", "e\u0301ﬁ"],
    [{ type: "NFKC" }, "e\u0301ﬁ①", "éfi1"],
    [{ type: "NFKD" }, "éﬁ", "e\u0301fi"],
    [{ type: "StripAccents" }, "é e\u0301\u20dd", "é e"],
    [{ type: "Sequence", normalizers: [{ type: "NFD" }, { type: "StripAccents" }, { type: "Lowercase" }] }, "ÉCOLE", "ecole"],
    [{ type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true }, "É中\t\u200bb\u0000\ufffdc\u00a0d", "e 中  bc d"],
    [{ type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: false }, "É中\t\u200bb", "É 中  b"],
    [{ type: "BertNormalizer", clean_text: true, handle_chinese_chars: false, strip_accents: false, lowercase: true }, "É中", "é中"],
    [{ type: "BertNormalizer", clean_text: false, handle_chinese_chars: true, strip_accents: true, lowercase: false }, "É\u200b", "E\u200b"],
    [{ type: "BertNormalizer" }, "A\r\nb\tC~", "a  b c~"],
  ])("%j makes of %j %j", (fields, text, normalized) => {
    expect(normalizerAt(fields)(text)).toBe(normalized);
  });

  it.each<[unknown, RegExp]>([
    [{ type: "Precompiled", precompiled_charsmap: "" }, /normalizer\.type must be one of .*"BertNormalizer".*got "Precompiled"/],
    [{ type: "Sequence", normalizers: [{ type: "NFD" }, { type: "Nmt" }] }, /normalizer\.normalizers\[1\]\.type .* got "Nmt"/],
    [{ type: "BertNormalizer", lowercase: "yes" }, /normalizer\.lowercase must be true or false/],
    [{ type: "toString" }, /got "toString"/],
    ["NFC", /normalizer must be an object/],
  ])("refuses %j", (fields, message) => {
    const error = { code: "data/bad-tokenizer", message: expect.stringMatching(message) as string };
    expect(() => normalizerAt(fields)).toThrow(expect.objectContaining(error));
  });
});
