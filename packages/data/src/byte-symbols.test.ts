import { expect, it } from "vitest";
import { BYTE_SYMBOLS, symbolBytes } from "./byte-symbols.js";

it("gives every byte a visible symbol of its own, GPT-2's", () => {
  expect(new Set(BYTE_SYMBOLS).size).toBe(256);
  expect(BYTE_SYMBOLS.join("")).not.toMatch(/[\s\p{C}]/u);
  expect([0x20, 0x0a, 0x41, 0x00, 0xad, 0xff].map((byte) => BYTE_SYMBOLS[byte])).toEqual(["Ġ", "Ċ", "A", "Ā", "Ń", "ÿ"]);
});

it("spells bytes and reads them back", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  expect(symbolBytes(BYTE_SYMBOLS.join(""))).toEqual(bytes);
  expect([...symbolBytes("Ġthe")]).toEqual([0x20, 0x74, 0x68, 0x65]);
});

it("takes a token that is not spelled in byte symbols as text", () => {
  expect(new TextDecoder().decode(symbolBytes("a b"))).toBe("a b");
});
