import { expect, it } from "vitest";
import { countPreTokens } from "./count-pre-tokens.js";

const breathe = (): Promise<void> => Promise.resolve();

it("counts over all texts", async () => {
  const counts = await countPreTokens(["a b a", "a"], { breathe });
  expect(Object.fromEntries(counts)).toEqual({ "a": 2, " b": 1, " a": 1 });
});

it("counts what is very long in pieces, between characters", async () => {
  const counts = await countPreTokens(["𝒳".repeat(300)], { breathe });
  expect([...counts].map(([piece, count]) => [[...piece].length, count])).toEqual([[128, 2], [44, 1]]);
});

it("forgets the rarest when there are too many, and keeps the frequent", async () => {
  const texts = Array.from({ length: 1000 }, (_, i) => ` the ${String.fromCodePoint(0x4e00 + i)}`);
  const counts = await countPreTokens(texts, { maxDistinct: 50, breathe });
  expect(counts.get(" the")).toBe(1000);
  expect(counts.size).toBeLessThanOrEqual(50);
});
