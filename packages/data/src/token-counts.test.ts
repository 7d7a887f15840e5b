import { expect, it } from "vitest";
import { tokenCounts } from "./token-counts.js";
import { trainWordPiece } from "./train-word-piece.js";

const tokenizer = await trainWordPiece(["ab ab abc c"], { vocabSize: 14, minFrequency: 1 });
const named = (counts: Float64Array): Record<string, number> =>
  Object.fromEntries([...counts].map((count, id) => [tokenizer.idToToken(id), count] as const).filter(([, count]) => count > 0));

it("counts the tokens of all texts, special and unknown ones too", async () => {
  const counts = await tokenCounts(tokenizer, ["abc ab", "", "c[MASK] c", "x"]);
  expect(counts).toHaveLength(tokenizer.vocabSize);
  expect(named(counts)).toEqual({ "ab": 1, "abc": 1, "c": 2, "[MASK]": 1, "[UNK]": 1 });
});

it("counts a stream, and stops when it is told to", async () => {
  const controller = new AbortController();
  async function* texts(): AsyncGenerator<string> {
    for (let i = 0; ; i++) {
      if (i === 100) controller.abort(new Error("enough"));
      yield await Promise.resolve("ab");
    }
  }
  await expect(tokenCounts(tokenizer, texts(), { signal: controller.signal })).rejects.toThrow("enough");
});
