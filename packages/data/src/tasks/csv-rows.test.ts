import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { random } from "../random.js";
import { csvRows } from "./csv-rows.js";
import { folderWith } from "./test-files.js";

async function read(content: string | Uint8Array): Promise<(readonly [place: string, fields: unknown])[]> {
  const folder = await folderWith({ "a.csv": content });
  const rows: (readonly [string, unknown])[] = [];
  for await (const { place, fields } of csvRows(join(folder, "a.csv"))) rows.push([place.slice(folder.length + 1), fields]);
  return rows;
}

describe("csvRows", () => {
  it("reads quotes, commas and line breaks in fields, and numbers rows by their first lines", async () => {
    expect(await read('\ufefftext,label\r\n"a, b",1\r\n"say ""so""\r\nor\n\nnot",""\r\nplain,0\r\n')).toEqual([
      ["a.csv:2", { text: "a, b", label: "1" }],
      ["a.csv:3", { text: 'say "so"\r\nor\n\nnot', label: "" }],
      ["a.csv:7", { text: "plain", label: "0" }],
    ]);
  });

  it("reads back whatever was written by the rules", async () => {
    const rng = random(1, "csv");
    const alphabet = ["a", ",", '"', "\n", "\r\n", " ", "é", "😀", "\t", ""];
    const field = (): string => Array.from({ length: rng.integer(6) }, () => alphabet[rng.integer(alphabet.length)]!).join("");
    const rows = Array.from({ length: 300 }, () => [field(), field(), field()]);
    const content = [["x", "y", "z"], ...rows].map((row) => row.map((each) => `"${each.replaceAll('"', '""')}"`).join(",")).join("\n");
    expect((await read(content)).map(([, fields]) => Object.values(fields as object))).toEqual(rows);
  });

  it.each([
    ["an open quote", 'text,label\na,1\n"b,0\nc,1\n', 3, "data/bad-row"],
    ["a quote in a field without quotes", 'text,label\na "b" c,1\n', 2, "data/bad-row"],
    ["text after a quote", 'text,label\n"a"b,1\n', 2, "data/bad-row"],
    ["too few fields", "text,label\na,1\nb\n", 3, "data/bad-row"],
    ["too many fields", "text,label\na, b,1\n", 2, "data/bad-row"],
  ])("refuses %s by its line", async (_, content, line, code) => {
    await expect(read(content)).rejects.toMatchObject({ code, message: expect.stringMatching(new RegExp(`a\\.csv:${line} `)) as string });
  });
});
