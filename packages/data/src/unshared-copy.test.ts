import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { countPreTokens } from "./count-pre-tokens.js";
import { unsharedCopy } from "./unshared-copy.js";
import { WordCache } from "./word-cache.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const MIB = 2 ** 20;

/** 26 texts of a MiB, each with one long word of its own before the same filling. */
function* texts(): Generator<string, void, void> {
  for (let i = 0; i < 26; i++) yield `${String.fromCharCode(97 + i).repeat(40)} ${`${"0".repeat(1023)} `.repeat(1024)}`;
}
const wordOf = (text: string): string => text.slice(0, 40);

const keepers: readonly (readonly [string, () => Promise<unknown>])[] = [
  ["a list of copies", async () => Array.from(texts(), (text) => unsharedCopy(wordOf(text)))],
  ["counts of pre-tokens", () => countPreTokens(texts(), { breathe: () => Promise.resolve() })],
  ["a cache of words", async () => {
    const cache = new WordCache((word) => Int32Array.of(word.length));
    for (const text of texts()) cache.append(wordOf(text), []);
    return cache;
  }],
];

it.each(keepers)("%s does not keep the texts in memory that its words were cut from", async (_, keep) => {
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  const kept = await keep();
  collectGarbage();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(8 * MIB);
  expect(kept).toBeDefined(); // It lives until here.
});

it.each(["", "a", "a word of more than a few letters", "𝒳é\ud800"])("is the same text: %j", (text) => {
  expect(unsharedCopy(text)).toBe(text);
});
