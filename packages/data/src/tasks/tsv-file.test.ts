import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { columnOf, readTsv } from "./tsv-file.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bort-tsv-"));
});
afterAll(() => rm(folder, { recursive: true }));

const file = async (content: string | Uint8Array): Promise<string> => {
  const path = join(folder, "a.tsv");
  await writeFile(path, content);
  return path;
};

it("reads a header and rows; quotation marks are literal", async () => {
  const read = await readTsv(await file('text\tlabel\n"so" he said\t1\r\n"\t0\n'));
  expect(read.columns).toEqual(["text", "label"]);
  expect(read.rows).toEqual([{ line: 2, fields: ['"so" he said', "1"] }, { line: 3, fields: ['"', "0"] }]);
  expect(columnOf(read, "label")).toBe(1);
  expect(() => columnOf(read, "score")).toThrow(expect.objectContaining({ code: "data/missing-column" }));
});

it("takes the names of the columns where the file has no header", async () => {
  const read = await readTsv(await file("a\tb"), ["x", "y"]);
  expect(read.rows).toEqual([{ line: 1, fields: ["a", "b"] }]);
});

it("names the file and the line of what it cannot read", async () => {
  await expect(readTsv(join(folder, "none.tsv"))).rejects.toMatchObject({ code: "data/missing-path" });
  await expect(readTsv(folder)).rejects.toMatchObject({ code: "data/read-failed" });
  await expect(readTsv(await file(""))).rejects.toMatchObject({ code: "data/empty-file" });
  await expect(readTsv(await file("text\tlabel\n"))).rejects.toMatchObject({ code: "data/empty-file" });
  for (const [content, line, code] of [
    ["text\tlabel\na\t1\nb\n", 3, "data/bad-row"],
    ["text\tlabel\na\t1\tc\n", 2, "data/bad-row"],
    ["text\tlabel\n\na\t1\n", 2, "data/bad-row"],
    [Buffer.from("text\tlabel\na\t1\nb\xff\t1\n", "latin1"), 3, "data/not-utf8"],
  ] as const) {
    const message: unknown = expect.stringMatching(new RegExp(`^.*a\\.tsv:${line} .*$`));
    await expect(readTsv(await file(content))).rejects.toMatchObject({ code, message });
  }
});
