import { expect, it } from "vitest";
import { preTokens } from "./pre-tokens.js";

it.each<[string, string[]]>([
  ["", []],
  ["We'll see, it's 1984.", ["We", "'ll", " see", ",", " it", "'s", " 1984", "."]],
  ["a  b", ["a", " ", " b"]],
  ["a \n\n b\n", ["a", " \n\n", " b", "\n"]],
  ["naïve 日本語 x²", ["naïve", " 日本語", " x", "²"]],
  ["'S 'sa", ["'", "S", " '", "sa"]],
  ["\u0085\ufeff", ["\u0085", "\ufeff"]], // White space is the Unicode property, not JavaScript's.
])("cuts %j as GPT-2 does", (text, expected) => {
  expect(preTokens(text)).toEqual(expected);
  expect(preTokens(text).join("")).toBe(text);
});
