import { join } from "node:path";
import { expect, it } from "vitest";
import { csvRows } from "./csv-rows.js";
import { folderWith } from "./test-files.js";
import { MAX_LINE_CHARACTERS, textLines } from "./text-lines.js";

async function read(content: string | Uint8Array): Promise<unknown[]> {
  const lines: unknown[] = [];
  for await (const { number, text } of textLines(join(await folderWith({ a: content }), "a"))) lines.push([number, text]);
  return lines;
}

it("numbers lines from 1; the end of the last one makes no line, an empty line is one", async () => {
  expect(await read("\ufeffone\r\n\ntwo\n")).toEqual([[1, "one\r"], [2, ""], [3, "two"]]);
  expect(await read("one")).toEqual([[1, "one"]]);
  expect(await read("")).toEqual([]);
});

it.each([
  ["Latin-1 after UTF-8", Buffer.concat([Buffer.from("é\nb\n"), Buffer.from("caf\xe9\n", "latin1")]), 3],
  ["Latin-1 far into the file", Buffer.concat([Buffer.from("line é\n".repeat(20_000)), Buffer.from("\xe9\n", "latin1")]), 20_001],
  ["UTF-16 with a byte-order mark", Buffer.from("\ufeffone\ntwo", "utf16le"), 1],
  ["UTF-16 without one", Buffer.from("one\ntwo", "utf16le"), 1],
  ["a character cut off at the end", Buffer.from("one\n日本").subarray(0, -1), 2],
])("refuses %s by its line", async (_, content, line) => {
  await expect(read(content)).rejects.toMatchObject({ code: "data/not-utf8", message: expect.stringMatching(new RegExp(`^data: \\S+a:${line} .*$`)) as string });
});

it("refuses a line, and a CSV record, that is longer than any example", async () => {
  const long = new Uint8Array(MAX_LINE_CHARACTERS + 100_000).fill(97);
  await expect(read(Buffer.concat([Buffer.from("one\n"), long]))).rejects.toMatchObject({ code: "data/line-too-long", message: expect.stringContaining("a:2 begins a line of more than") as string });
  for (let at = 0; at < long.length; at += 1000) long[at] = 10;
  const folder = await folderWith({ "a.csv": Buffer.concat([Buffer.from('text\n"open'), long]) });
  await expect(csvRows(join(folder, "a.csv")).next()).rejects.toMatchObject({ code: "data/line-too-long", message: expect.stringContaining("a.csv:2 begins a record of more than") as string });
});

it("says that a file is missing or cannot be read", async () => {
  const folder = await folderWith({});
  await expect(textLines(join(folder, "none")).next()).rejects.toMatchObject({ code: "data/missing-path" });
  await expect(textLines(folder).next()).rejects.toMatchObject({ code: "data/read-failed" });
});
