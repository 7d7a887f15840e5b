import { expect, it } from "vitest";
import { BYTE_SYMBOLS } from "./byte-symbols.js";
import { type Merge, PairMerger } from "./pair-merger.js";
import { random } from "./random.js";

/** A merger of the bytes and these merges, and how it spells a word. */
function spellerOf(merges: readonly Merge[]): (word: string) => string[] {
  const tokens = [...BYTE_SYMBOLS, ...new Set(merges.map((pair) => pair.join("")))];
  const merger = new PairMerger(new Map(tokens.map((token, id) => [token, id])), merges);
  return (word) => [...merger.idsOf(word)].map((id) => tokens[id]!);
}

it("joins the pair of lowest rank first, the leftmost of equals, as the definition reads", () => {
  const rng = random(2);
  const tokens = ["a", "b", "c"];
  const merges: Merge[] = [];
  for (let i = 0; i < 60; i++) {
    const merge: Merge = [tokens[rng.integer(tokens.length)]!, tokens[rng.integer(tokens.length)]!];
    if (merge.join("").length > 8 || tokens.includes(merge.join(""))) continue;
    merges.push(merge);
    tokens.push(merge.join(""));
  }
  const spell = spellerOf(merges);
  const slow = (text: string): string[] => {
    const parts = [...text];
    for (;;) {
      const ranks = parts.slice(1).map((right, i) => merges.findIndex((merge) => merge[0] === parts[i] && merge[1] === right));
      const best = Math.min(...ranks.filter((rank) => rank >= 0));
      if (best === Infinity) return parts;
      const at = ranks.indexOf(best);
      parts.splice(at, 2, parts[at]! + parts[at + 1]!);
    }
  };
  for (let i = 0; i < 300; i++) {
    const text = Array.from({ length: 1 + rng.integer(30) }, () => "aabc"[rng.integer(4)]).join("");
    expect(spell(text)).toEqual(slow(text));
  }
});

it("spells what no merge knows in bytes", () => {
  expect(spellerOf([["a", "b"]])("ab né")).toEqual(["ab", "Ġ", "n", "Ã", "©"]);
});

it("takes a very long run in its stride", () => {
  const ids = spellerOf([["t", "h"], ["th", "e"], ["the", "the"]])("the".repeat(70_000)); // A quadratic merge takes minutes.
  expect(ids).toEqual(Array.from({ length: 35_000 }, () => "thethe"));
});
