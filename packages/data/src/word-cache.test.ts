import { expect, it, vi } from "vitest";
import { WordCache } from "./word-cache.js";

it("asks once for a word, and gives its ids each time", () => {
  const idsOf = vi.fn((word: string) => Int32Array.from(word, (character) => character.charCodeAt(0)));
  const cache = new WordCache(idsOf);
  const output: number[] = [];
  for (const word of ["ab", "c", "ab"]) cache.append(word, output);
  expect(output).toEqual([97, 98, 99, 97, 98]);
  expect(idsOf).toHaveBeenCalledTimes(2);
});

it("stays right when it has seen more words than it remembers, and forgets very long ones", () => {
  const idsOf = vi.fn((word: string) => Int32Array.of(word.length));
  const cache = new WordCache(idsOf);
  const output: number[] = [];
  for (let i = 0; i < 70_000; i++) cache.append(String(i), output);
  expect(output).toEqual(Array.from({ length: 70_000 }, (_, i) => String(i).length));
  const long = "x".repeat(1000);
  idsOf.mockClear();
  for (let i = 0; i < 3; i++) cache.append(long, output);
  expect(idsOf).toHaveBeenCalledTimes(3);
});
