import { describe, expect, it } from "vitest";
import { BYTE_SYMBOLS } from "./byte-symbols.js";
import { preTokens } from "./pre-tokens.js";
import { random } from "./random.js";
import { tokenCounts } from "./token-counts.js";
import { tokenWeights } from "./token-weights.js";
import { trainByteLevelBpe } from "./train-byte-level-bpe.js";

const idsOf = (tokens: readonly string[]): Map<string, number> => new Map(tokens.map((token, id) => [token, id]));

describe("tokenWeights of BPE", () => {
  it("are how often each token is made on the way to those of the texts", async () => {
    const rng = random(3);
    const word = (): string => Array.from({ length: 1 + rng.integer(9) }, () => "aabc"[rng.integer(4)]).join("");
    const text = Array.from({ length: 300 }, word).join(" ");
    const tokenizer = await trainByteLevelBpe([text], { vocabSize: 400 });
    const ids = idsOf(Array.from({ length: tokenizer.vocabSize }, (_, id) => tokenizer.idToToken(id)));
    const { model } = JSON.parse(tokenizer.toJson()) as { model: { merges: string[] } };

    const made = new Float64Array(tokenizer.vocabSize);
    for (const letters of preTokens(text).map((each) => [...each.replace(" ", "Ġ")])) {
      for (const [left, right] of model.merges.map((merge) => merge.split(" ") as [string, string])) {
        for (let i = 0; i + 1 < letters.length; i++) {
          if (letters[i] !== left || letters[i + 1] !== right) continue;
          letters.splice(i, 2, left + right);
          made[ids.get(left + right)!]!++;
        }
      }
    }
    for (const symbol of BYTE_SYMBOLS) made[ids.get(symbol)!] = Infinity;
    expect(tokenWeights(model, ids, await tokenCounts(tokenizer, [text]), [])).toEqual(made);
  });

  it("are infinite for what must stay and what that is made of", () => {
    const ids = idsOf(["abab", "ab", "abc", "xy", ...BYTE_SYMBOLS]);
    const model = { merges: ["a b", "ab ab", "ab c", "x y"] };
    expect([...tokenWeights(model, ids, new Float64Array(ids.size).fill(1), []).subarray(0, 4)]).toEqual([1, 4, 1, 1]);
    expect([...tokenWeights(model, ids, new Float64Array(ids.size).fill(1), [2]).subarray(0, 4)]).toEqual([1, Infinity, Infinity, 1]);
  });
});

it("tokenWeights of WordPiece are the counts, and infinite for characters in the model's own spelling", () => {
  const tokens = ["a", "_a", "_aa", "aa", "__", "_", "b_"];
  const model = { vocab: Object.fromEntries(idsOf(tokens)), continuing_subword_prefix: "_" };
  expect([...tokenWeights(model, idsOf(tokens), [1, 2, 3, 4, 5, 6, 7], [3])]).toEqual([Infinity, Infinity, 3, Infinity, Infinity, Infinity, Infinity]);
});
