import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { madeUpTable } from "../predictors/made-up-table.js";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { command } from "./predictors.js";

let folder = "";
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "bort-predictors-"))));
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

it("reports every table with its predictors, as text, JSON and a page", async () => {
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const paths = (["perplexity", "latency"] as const).map((quantity) => {
    const path = join(folder, `${quantity}.jsonl`);
    writeFileSync(path, madeUpTable(60, quantity).rows.map(({ shape, value }) => JSON.stringify({ shape, [quantity]: value })).join("\n"));
    return path;
  });
  const { text, files, result } = await command.run(paths, { draws: "1" });
  expect(text).toMatch(/perplexity: 60 shapes, 5 folds, drawn 1 times/);
  expect(text).toMatch(/pairwise +20 +0\.9/);
  expect(text).toMatch(/importance of the parameters among the trees' features: \d+\.\d%/);
  expect(files!["predictors.html"]!.match(/<svg/g)!.length).toBeGreaterThanOrEqual(10);
  expect(JSON.parse(files!["predictors.json"]!)).toMatchObject({ studies: [{ quantity: "perplexity", rows: 60 }, { quantity: "latency", rows: 60 }] });
  expect(JSON.stringify(result)).not.toContain(folder);
});

it("refuses to begin without a table", async () => {
  await expect(command.run([], {})).rejects.toMatchObject({ code: "bench/bad-option" });
});
