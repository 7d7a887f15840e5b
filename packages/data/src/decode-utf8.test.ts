import { expect, it } from "vitest";
import { decodeUtf8 } from "./decode-utf8.js";

async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield await Promise.resolve(bytes.subarray(start, start + size));
}

async function decode(bytes: Uint8Array, size: number): Promise<string> {
  let text = "";
  for await (const part of decodeUtf8(chunked(bytes, size))) text += part;
  return text;
}

const SIZES = [1, 2, 3, 4, 5, 7, 1000];

it.each(SIZES)("decodes across chunks of %i bytes", async (size) => {
  const text = "aé日😀\u0000\ufeffz\u{10ffff}";
  expect(await decode(Buffer.from(text), size)).toBe(text);
  expect(await decode(Buffer.from(`\ufeff${text}`), size)).toBe(text); // Only the mark at the start is dropped.
  expect(await decode(new Uint8Array(0), size)).toBe("");
});

it.each<[string, number[], number]>([
  ["a byte that never occurs", [0x61, 0x62, 0xff, 0x63], 2],
  ["Latin-1", [...Buffer.from("日a"), 0xe9, 0x74, 0xe9], 4],
  ["a lone continuation", [0x61, 0x80], 1],
  ["a character cut short by another", [0xe6, 0x97, 0x61], 0],
  ["a character cut short by the end", [0x61, 0xf0, 0x9f, 0x98], 1],
  ["an overlong slash", [0x61, 0xc0, 0xaf], 1],
  ["a surrogate", [0x61, 0x61, 0xed, 0xa0, 0x80, 0x61], 2],
  ["a code point that is too high", [0xf4, 0x90, 0x80, 0x80], 0],
  ["UTF-16", [0xff, 0xfe, 0x61, 0x00], 0],
])("says where it finds %s, whatever the chunks", async (_, bytes, offset) => {
  for (const size of SIZES) {
    await expect(decode(Uint8Array.from(bytes), size)).rejects.toThrow(expect.objectContaining({ offset, byte: bytes[offset] }));
  }
});
