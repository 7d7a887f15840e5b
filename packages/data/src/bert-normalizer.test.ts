import { expect, it } from "vitest";
import { bertNormalizer } from "./bert-normalizer.js";

it("removes control, format and private characters, and makes white space a space", () => {
  const clean = bertNormalizer({ lowercases: false });
  expect(clean("a\u0000\u0007\u007f\u0085\u200b\u200d\ufeff\ue000\u{f0000}\ufffdb")).toBe("ab");
  expect(clean("a\tb\nc\rd\u00a0e\u3000f\u2028g")).toBe("a b c d e f g");
});

it.each([
  [0x3400, 0x4dbf], [0x4e00, 0x9fff], [0xf900, 0xfaff], [0x20000, 0x2a6df], [0x2a700, 0x2b81f], [0x2b920, 0x2ceaf], [0x2f800, 0x2fa1f],
])("puts spaces around the Chinese characters U+%s to U+%s alone", (first, last) => {
  const space = bertNormalizer({ lowercases: false });
  const isSpaced = (code: number): boolean => space(`a${String.fromCodePoint(code)}b`) === `a ${String.fromCodePoint(code)} b`;
  expect([first - 1, first, last, last + 1].map(isSpaced)).toEqual([false, true, true, false]);
});

it("strips accents that are marks, not letters of their own", () => {
  expect(bertNormalizer()("Élan Łódź Ångström ấ ü̧")).toBe("elan łodz angstrom a u");
  expect(bertNormalizer({ stripsAccents: false })("É")).toBe("é");
  expect(bertNormalizer({ lowercases: false, stripsAccents: true })("É")).toBe("E");
});

it("leaves plain text as it is, but for its case", () => {
  expect(bertNormalizer()("Plain ASCII, 1-2-3 ~!")).toBe("plain ascii, 1-2-3 ~!");
  expect(bertNormalizer({ lowercases: false })("Plain")).toBe("Plain");
});
