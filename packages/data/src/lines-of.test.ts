import { expect, it } from "vitest";
import { linesOf } from "./lines-of.js";

async function read(chunks: readonly string[], most?: number): Promise<string[]> {
  const found: string[] = [];
  for await (const line of linesOf(chunks, most, (number) => new Error(`line ${number}`))) found.push(line);
  return found;
}

it("cuts at line feeds alone, wherever the chunks are cut", async () => {
  const text = "one\r\n\ntwo\u2028three\nfour";
  for (const size of [1, 2, 5, 100]) {
    const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size));
    expect(await read(chunks)).toEqual(["one\r", "", "two\u2028three", "four"]);
  }
});

it("ends with an empty line where the text ends with a line feed, or is empty", async () => {
  expect(await read(["a\n"])).toEqual(["a", ""]);
  expect(await read([])).toEqual([""]);
});

it("stops at a line that does not end, before it has read the rest", async () => {
  let chunks = 0;
  const endless = function* (): Generator<string> {
    yield "first\n";
    for (;;) {
      chunks++;
      yield "x".repeat(10);
    }
  };
  const reading = (async () => {
    for await (const line of linesOf(endless(), 100, (number) => new Error(`line ${number}`))) expect(line).toBe("first");
  })();
  await expect(reading).rejects.toThrow("line 2");
  expect(chunks).toBe(11);
});
