import { join } from "node:path";
import { expect, it } from "vitest";
import { folderWith } from "./test-files.js";
import { tsvRows, type TsvOptions } from "./tsv-rows.js";

async function read(content: string | Uint8Array, options?: TsvOptions): Promise<unknown[]> {
  const folder = await folderWith({ "a.tsv": content });
  const rows: unknown[] = [];
  for await (const { place, fields } of tsvRows(join(folder, "a.tsv"), options)) rows.push([place.slice(folder.length + 1), fields]);
  return rows;
}

it("reads a header and rows; quotation marks are literal", async () => {
  expect(await read('text\tlabel\n"so" he said\t1\r\n"\t0')).toEqual([["a.tsv:2", { text: '"so" he said', label: "1" }], ["a.tsv:3", { text: '"', label: "0" }]]);
});

it("takes the names of the columns where the file has no header", async () => {
  expect(await read("a\tb\n", { columns: ["x", "y"] })).toEqual([["a.tsv:1", { x: "a", y: "b" }]]);
});

it("leaves out short rows where asked to, and no long ones", async () => {
  expect(await read("x\ty\na\nb\tc\n", { skipShort: true })).toEqual([["a.tsv:3", { x: "b", y: "c" }]]);
  await expect(read("x\ty\na\tb\tc\n", { skipShort: true })).rejects.toMatchObject({ code: "data/bad-row" });
});

it.each([
  ["text\tlabel\na\t1\nb\n", 3, "data/bad-row"],
  ["text\tlabel\na\t1\tc\n", 2, "data/bad-row"],
  ["text\tlabel\n\na\t1\n", 2, "data/bad-row"],
  ["text\ttext\na\tb\n", 1, "data/bad-row"],
])("names the file and the line of what it cannot read: %j", async (content, line, code) => {
  await expect(read(content)).rejects.toMatchObject({ code, message: expect.stringMatching(new RegExp(`^.*a\\.tsv:${line} .*$`)) as string });
});
