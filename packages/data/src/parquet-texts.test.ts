import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { parquetTexts } from "./parquet-texts.js";

/** Seven rows in groups of three, made by another program: see make-parquet.py there. */
const fixture = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}.parquet`, import.meta.url));
const root = mkdtempSync(join(tmpdir(), "bort-parquet-"));
afterAll(() => rmSync(root, { recursive: true }));

async function read(path: string, column = "text"): Promise<string[]> {
  const found: string[] = [];
  for await (const text of parquetTexts(path, column)) found.push(text);
  return found;
}

describe("parquetTexts", () => {
  it.each(["none", "snappy", "gzip", "brotli", "zstd", "lz4"])("reads every row group of a file packed by %s, without its nulls", async (codec) => {
    const expected = [0, 1, 3, 4, 5, 6].map((i) => (i === 4 ? "" : `Document ${i}: the weather be ${i % 3 === 0 ? "not" : "fine"}, é 日本 😀`));
    expect(await read(fixture(codec))).toEqual(expected);
  });

  it("reads another column, which is a dictionary", async () => {
    expect(await read(fixture("zstd"), "body")).toEqual([0, 1, 2, 3, 4, 5, 6].map((i) => `body ${i % 2}`));
  });

  it.each([
    ["title", /has no column "title" but id, text, meta, body; say which/],
    ["id", /must have text in its column "id", got a value of type bigint in row 1/],
    ["meta", /got a value of type object in row 1/],
  ])("refuses the column %s", async (column, message) => {
    await expect(read(fixture("snappy"), column)).rejects.toMatchObject({ code: "data/missing-column", message: expect.stringMatching(message) as string });
  });

  it("refuses text that is not UTF-8, by its row", async () => {
    await expect(read(fixture("latin1"))).rejects.toMatchObject({ code: "data/not-utf8", message: expect.stringContaining("in row 2") as string });
  });

  it("refuses a file that is cut short, damaged, of another kind or gone", async () => {
    const bytes = readFileSync(fixture("zstd"));
    const spoiled = join(root, "spoiled.parquet");
    for (const content of [bytes.subarray(0, bytes.length - 20), Buffer.from("PAR1"), Buffer.alloc(0), Buffer.alloc(1000, 7)]) {
      writeFileSync(spoiled, content);
      await expect(read(spoiled)).rejects.toMatchObject({ code: "data/bad-file", message: expect.stringContaining(spoiled) as string });
    }
    const damaged = Buffer.from(bytes);
    damaged.fill(0xff, 100, 400);
    writeFileSync(spoiled, damaged);
    await expect(read(spoiled)).rejects.toMatchObject({ code: "data/bad-file" });
    await expect(read(join(root, "missing.parquet"))).rejects.toMatchObject({ code: "data/read-failed" });
  });
});
