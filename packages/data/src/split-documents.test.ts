import { describe, expect, it } from "vitest";
import { random } from "./random.js";
import { MAX_DOCUMENT_BYTES, splitDocuments } from "./split-documents.js";

async function split(text: string, size: number = text.length): Promise<string[]> {
  const chunks: string[] = [];
  for (let start = 0; start < text.length; start += size) chunks.push(text.slice(start, start + size));
  const found: string[] = [];
  for await (const document of splitDocuments(chunks)) found.push(document);
  return found;
}

describe("splitDocuments", () => {
  it.each<[string, string[]]>([
    ["", []],
    [" \n\n\t\n", []],
    ["one\ntwo\n\nthree\n", ["one\ntwo", "three"]],
    ["\n\n one \n \t\n\n\ntwo", ["one", "two"]],
    ["one\r\ntwo\r\n\r\nthree\r\n", ["one\ntwo", "three"]],
    ["a\rb\r", ["a\rb"]],
  ])("cuts %j at its blank lines", async (text, expected) => {
    for (const size of [1, 2, 3, 100]) expect(await split(text, size)).toEqual(expected);
  });

  it("cuts a long block at a line break, else at white space, else between characters", async () => {
    const line = "x".repeat(40_000);
    expect(await split(`${line}\n${line}\n${line}`)).toEqual([line, line, line]);
    expect(await split(`${line} ${line} ${line}`, 1000)).toEqual([line, line, line]);
    const pieces = await split("日".repeat(50_000), 999);
    expect(pieces.join("")).toBe("日".repeat(50_000));
    expect(pieces.map((piece) => piece.length)).toEqual([21_845, 21_845, 6_310]);
    expect(await split("y".repeat(MAX_DOCUMENT_BYTES))).toHaveLength(1);
    expect(await split("y".repeat(MAX_DOCUMENT_BYTES + 1))).toHaveLength(2);
    expect(await split(`a${" ".repeat(200_000)}b`, 5000)).toEqual(["a", "b"]);
  });

  it("loses no word, makes no long document, and does not depend on the chunks", async () => {
    const rng = random(1);
    const gap = (): string => [" ", " ", " ", "\n", "\r\n", "\n\n", " ".repeat(rng.integer(3000))][rng.integer(7)]!;
    const word = (): string => "aé日😀"[rng.integer(3)]!.repeat(rng.integer(rng.uniform() < 0.02 ? 30_000 : 400));
    for (let round = 0; round < 5; round++) {
      const text = Array.from({ length: 800 }, () => word() + gap()).join("");
      const whole = await split(text);
      for (const size of [1 << 16, 4099]) expect(await split(text, size)).toEqual(whole);
      expect(Math.max(...whole.map((document) => Buffer.byteLength(document)))).toBeLessThanOrEqual(MAX_DOCUMENT_BYTES);
      expect(whole.join("").replace(/\s+/g, "")).toBe(text.replace(/\s+/g, ""));
    }
  });
});
