import { describe, expect, it } from "vitest";
import { byteParts } from "./byte-parts.js";

describe("byteParts", () => {
  it("gives all bytes in their order, none twice, in parts of that size and a rest", () => {
    const bytes = Uint8Array.from({ length: 10 }, (_, i) => i);
    for (const most of [1, 3, 5, 10, 11]) {
      const parts = [...byteParts(bytes, most)];
      expect(parts.flatMap((part) => [...part])).toEqual([...bytes]);
      expect(parts.slice(0, -1).every(({ length }) => length === most)).toBe(true);
      expect(parts.every(({ buffer }) => buffer === bytes.buffer)).toBe(true);
    }
    expect([...byteParts(bytes)]).toHaveLength(1);
    expect([...byteParts(new Uint8Array())]).toEqual([]);
  });
});
