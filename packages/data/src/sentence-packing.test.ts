import { expect, it } from "vitest";
import { sentencePacking } from "./sentence-packing.js";
import { trainByteLevelBpe } from "./train-byte-level-bpe.js";

it("finds the tokens that end a sentence, with what closes after the mark", async () => {
  const tokenizer = await trainByteLevelBpe(['("Is it?")\n', "3.14", '("Is it?")\n'], { vocabSize: 300 });
  const { endsSentence } = sentencePacking(tokenizer);
  const endingTokens = (text: string): string[] => [...tokenizer.encode(text)].filter((id) => endsSentence[id] === 1).map((id) => tokenizer.decode([id]));
  expect(endsSentence).toHaveLength(tokenizer.vocabSize);
  expect(endingTokens("a. b! c? d\ne").join("|")).toBe(".|!|?|\n");
  expect(endingTokens("no end, here; (none)")).toEqual([]);
  expect(Object.values(tokenizer.special).some((id) => endsSentence[id] === 1)).toBe(false);
});
