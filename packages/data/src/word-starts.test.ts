import { describe, expect, it } from "vitest";
import type { Tokenizer } from "./tokenizer.js";
import { trainByteLevelBpe } from "./train-byte-level-bpe.js";
import { wordStarts } from "./word-starts.js";

/** The words of a text, as tokens joined. */
function wordsOf(tokenizer: Tokenizer, text: string): string[] {
  const startsWord = wordStarts(tokenizer);
  const ids = tokenizer.encode(text);
  const words: number[][] = [];
  ids.forEach((id, i) => {
    if (i === 0 || startsWord(ids[i - 1]!, id)) words.push([id]);
    else words.at(-1)!.push(id);
  });
  return words.map((word) => tokenizer.decode(word));
}

describe("wordStarts", () => {
  it("finds words by their spelling in bytes, whatever their pieces are", async () => {
    const tokenizer = await trainByteLevelBpe(["unrelated text about nothing"], { vocabSize: 270 });
    expect(wordsOf(tokenizer, "The naïve 東京 isn't 1984's\nend-user.")).toEqual(["The", " naïve", " 東京", " isn", "'", "t", " 1984", "'", "s", "\n", "end", "-", "user", "."]);
  });

  it("finds the continuations of WordPiece", () => {
    const tokens = ["[CLS]", "un", "##related", "##", "#", "##s"];
    const tokenizer = { vocabSize: 6, idToToken: (id: number) => tokens[id]!, toJson: () => '{"model":{"type":"WordPiece"}}' };
    const startsWord = wordStarts(tokenizer);
    expect(tokens.map((_, id) => startsWord(1, id))).toEqual([true, true, false, true, true, false]);
  });
});
