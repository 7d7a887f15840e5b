import { describe, expect, it } from "vitest";
import { preTokenizerAt } from "./pre-tokenizer.js";

const byteLevel = (prefix: boolean, regex = true): object => ({ type: "ByteLevel", add_prefix_space: prefix, trim_offsets: true, use_regex: regex });

describe("preTokenizerAt", () => {
  it.each<[unknown, string, string[]]>([
    [null, "a b", ["a b"]],
    [{ type: "BertPreTokenizer" }, "We'll see\u3000$5.00—a_b!", ["We", "'", "ll", "see", "$", "5", ".", "00", "—", "a", "_", "b", "!"]],
    [{ type: "BertPreTokenizer" }, "a£b ^`~ ¿¡§", ["a£b", "^", "`", "~", "¿", "¡", "§"]],
    [{ type: "Whitespace" }, "We'll a_b $5.00 é\u0301…", ["We", "'", "ll", "a_b", "$", "5", ".", "00", "é\u0301", "…"]],
    [{ type: "WhitespaceSplit" }, " We'll\u2003see\n", ["We'll", "see"]],
    [byteLevel(false), "a b'll", ["a", " b", "'ll"]],
    [byteLevel(true), "a b", [" a", " b"]],
    [byteLevel(true), " a", [" a"]],
    [byteLevel(true), "", []],
    [byteLevel(false, false), "a b", ["a b"]],
    [{ type: "Sequence", pretokenizers: [{ type: "WhitespaceSplit" }, byteLevel(true)] }, "a b!", [" a", " b", "!"]],
    [{ type: "Sequence", pretokenizers: [{ type: "WhitespaceSplit" }, { type: "BertPreTokenizer" }] }, "a b!", ["a", "b", "!"]],
  ])("%j cuts %j into %j", (fields, text, words) => {
    expect(preTokenizerAt(fields).cut(text)).toEqual(words);
  });

  it("says whether words are to be spelled in bytes", () => {
    expect(preTokenizerAt(byteLevel(false)).isByteLevel).toBe(true);
    expect(preTokenizerAt({ type: "Sequence", pretokenizers: [{ type: "Whitespace" }, byteLevel(false)] }).isByteLevel).toBe(true);
    expect(preTokenizerAt({ type: "Whitespace" }).isByteLevel).toBe(false);
  });

  it.each<[unknown, RegExp]>([
    [{ type: "Metaspace" }, /pre_tokenizer\.type must be one of .*got "Metaspace"/],
    [{ type: "Sequence", pretokenizers: [byteLevel(false), { type: "Whitespace" }] }, /at their end alone/],
    [{ type: "Sequence" }, /pretokenizers must be an array/],
    [{ type: "ByteLevel", add_prefix_space: 1 }, /add_prefix_space must be true or false/],
  ])("refuses %j", (fields, message) => {
    const error = { code: "data/bad-tokenizer", message: expect.stringMatching(message) as string };
    expect(() => preTokenizerAt(fields)).toThrow(expect.objectContaining(error));
  });
});
