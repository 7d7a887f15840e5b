import { random } from "@bort/data";
import { describe, expect, it } from "vitest";
import { likeliestWords } from "./likeliest-words.js";

const words = ["Film", "film", "plot", "Plot", "actor", "naive"];
const tokens = { ids: Int32Array.of(7, 2, 9, 4, 5, 1), words };

/** Logits of the words, in their order; those of all other tokens are larger. */
function logitsOf(values: readonly number[]): Float32Array {
  const logits = new Float32Array(12).fill(100);
  values.forEach((value, i) => { logits[tokens.ids[i]!] = value; });
  return logits;
}
const original = (word: string, ids: readonly number[] = [11]): { word: string; ids: readonly number[] } => ({ word, ids });

describe("likeliestWords", () => {
  it("gives the top words with their share of what these have together", () => {
    const made = likeliestWords(logitsOf([0, Math.log(6), Math.log(3), -5, 0, -9]), tokens, original("good"), 3);
    expect(made.map(({ word }) => word)).toEqual(["film", "plot", "Film"]);
    [0.6, 0.3, 0.1].forEach((share, i) => expect(made[i]!.probability).toBeCloseTo(share, 6));
  });

  it("writes a capital where the original has one, and takes the likelier of a word's two cases", () => {
    const made = likeliestWords(logitsOf([3, 2, 1, 2.5, 0, -1]), tokens, original("Good"), 3);
    expect(made.map(({ word }) => word)).toEqual(["Film", "Plot", "Actor"]);
    expect(made[0]!.probability / made[1]!.probability).toBeCloseTo(Math.exp(0.5), 5);
  });

  it("leaves the original out, in any case and however the tokenizer spells it", () => {
    const logits = logitsOf([9, 8, 1, 0, -1, 7]);
    expect(likeliestWords(logits, tokens, original("FILM"), 2).map(({ word }) => word)).toEqual(["Naive", "Plot"]);
    expect(likeliestWords(logits, tokens, original("naïve", [1]), 9).map(({ word }) => word)).toEqual(["Film", "film", "plot", "Plot", "actor"]);
  });

  it("gives fewer, or none, where there are no more", () => {
    expect(likeliestWords(logitsOf([0]), { ids: Int32Array.of(7), words: ["film"] }, original("good"), 5)).toEqual([{ word: "film", probability: 1 }]);
    expect(likeliestWords(logitsOf([0]), { ids: Int32Array.of(7), words: ["film"] }, original("Film"), 5)).toEqual([]);
  });

  it("agrees with sorting all words, whatever their order", () => {
    const rng = random(5, "logits");
    const many = { ids: Int32Array.from({ length: 200 }, (_, i) => i), words: Array.from({ length: 200 }, (_, i) => `w${i}`) };
    for (let i = 0; i < 50; i++) {
      const logits = Float32Array.from(many.words, () => rng.normal());
      const sorted = many.words.map((word, id) => ({ word, logit: logits[id]! })).sort((a, b) => b.logit - a.logit).filter(({ word }) => word !== "w3");
      expect(likeliestWords(logits, many, original("w3", [3]), 7).map(({ word }) => word)).toEqual(sorted.slice(0, 7).map(({ word }) => word));
    }
  });
});
