import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readShapeTable } from "./shape-table.js";

let folder = "";
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "bort-shape-table-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const rows = (quantity: string): object[] => Array.from({ length: 25 }, (_, i) => ({ shape: [120, 768], [quantity]: 1 + i }));
const write = (lines: readonly unknown[]): string => {
  const path = join(folder, "some.jsonl");
  writeFileSync(path, lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"));
  return path;
};

describe("readShapeTable", () => {
  it.each(["perplexity", "latency"])("reads a table of %s, and counts parameters with merged bottlenecks", async (quantity) => {
    const table = await readShapeTable(write([...rows(quantity), ""]));
    expect(table).toMatchObject({ name: "some", quantity });
    expect(table.rows).toHaveLength(25);
    expect(table.rows[3]).toEqual({ shape: [120, 768], value: 4, parameters: table.rows[0]!.parameters });
  });

  it("has the published parameters of a published shape", async () => {
    const rectangle = new Array<number>(12).fill(360);
    const table = await readShapeTable(write([...rows("perplexity"), { shape: rectangle, perplexity: 2, loss: 1 }]));
    expect(table.rows.at(-1)!.parameters).toBe(58_078_800 - (768 * 768 + 768 + 2 * 360)); // Without the transform and norm of the masked language head.
  });

  it.each([
    ["a line that is no JSON", ["{"]], ["another quantity", [{ shape: [120], latency: 1 }]], ["no shape", [{ perplexity: 1 }]], ["a width that heads do not divide", [{ shape: [121], perplexity: 1 }]],
    ["a value that is none", [{ shape: [120], perplexity: null }]], ["a value of 0", [{ shape: [120], perplexity: 0 }]],
  ])("refuses %s with its line", async (_, wrong) => {
    await expect(readShapeTable(write([...rows("perplexity"), ...wrong]))).rejects.toMatchObject({ code: "bench/bad-table", message: expect.stringContaining("line 26") });
  });

  it("refuses few rows, and a file that is not there", async () => {
    await expect(readShapeTable(write(rows("latency").slice(1)))).rejects.toMatchObject({ code: "bench/bad-table", message: expect.stringContaining("24 rows") });
    await expect(readShapeTable(join(folder, "none.jsonl"))).rejects.toMatchObject({ code: "bench/bad-table", message: expect.stringContaining("ENOENT") });
  });
});
