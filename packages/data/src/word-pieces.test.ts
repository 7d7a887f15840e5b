import { expect, it } from "vitest";
import { random } from "./random.js";
import { WordPieces } from "./word-pieces.js";

const idsOf = (tokens: readonly string[]): Map<string, number> => new Map(tokens.map((token, id) => [token, id]));
const options = { unknown: 0, prefix: "##", longestWord: 8 };

it("takes the longest token each time, though a shorter one would let the word be spelled", () => {
  const pieces = new WordPieces(idsOf(["[UNK]", "un", "##aff", "##able", "##a", "##ff", "u", "##nab"]), options);
  expect([...pieces.idsOf("unaffable".slice(0, 5))]).toEqual([1, 2]);
  expect([...pieces.idsOf("unable")]).toEqual([1, 3]);
  expect([...pieces.idsOf("unab")]).toEqual([0]); // u ##nab would do, but "un" is longer.
});

it("does not begin a word with a token of its inside, nor go on with one of its beginning", () => {
  const pieces = new WordPieces(idsOf(["[UNK]", "a", "##b"]), options);
  expect([...pieces.idsOf("ab")]).toEqual([1, 2]);
  expect([...pieces.idsOf("b")]).toEqual([0]);
  expect([...pieces.idsOf("aa")]).toEqual([0]);
});

it("counts the length of a word in code points", () => {
  const pieces = new WordPieces(idsOf(["[UNK]", "𝒳", "##𝒳"]), options);
  expect([...pieces.idsOf("𝒳".repeat(8))]).toEqual([1, 2, 2, 2, 2, 2, 2, 2]);
  expect([...pieces.idsOf("𝒳".repeat(9))]).toEqual([0]);
});

it("gives tokens that spell the word, each the longest there is at its place", () => {
  const rng = random(4);
  const babble = (length: number): string => Array.from({ length }, () => "abc"[rng.integer(3)]).join("");
  const tokens = [...new Set(["[UNK]", "a", "b", "c", "##a", "##b", ...Array.from({ length: 30 }, (_, i) => (i % 2 ? "##" : "") + babble(2 + rng.integer(3)))])];
  const pieces = new WordPieces(idsOf(tokens), options);
  for (let i = 0; i < 500; i++) {
    const word = babble(1 + rng.integer(8));
    const found = [...pieces.idsOf(word)].map((id) => tokens[id]!);
    const spelled: string[] = [];
    for (let rest = word; rest !== "";) {
      const fitting = tokens.filter((token) => token !== "[UNK]" && token.startsWith("##") === spelled.length > 0 && rest.startsWith(token.replace("##", "")));
      const [longest] = fitting.sort((a, b) => b.length - a.length);
      if (longest === undefined) break;
      spelled.push(longest);
      rest = rest.slice(longest.replace("##", "").length);
    }
    const isWhole = spelled.map((token) => token.replace("##", "")).join("") === word;
    expect(found).toEqual(isWhole ? spelled : ["[UNK]"]);
  }
});
