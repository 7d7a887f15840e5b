import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ShapeSpace } from "@bort/supershaper";
import { afterAll, expect, it, vi } from "vitest";
import { type ShapeSearchCost, type ShapeSearchOptions } from "../shape-search/measure-shape-search.js";
import { command } from "./shape-search.js";

vi.mock("../shape-search/measure-shape-search.js", () => ({
  measureShapeSearch: async ({ networks, iterations }: ShapeSearchOptions): Promise<ShapeSearchCost> => ({
    fitSeconds: { pairwise: 0.25, trees: 2 }, front: { seconds: 1.5, shapes: 4321 }, oneSize: { seconds: 0.5, parameters: 63_413_280 },
    findings: networks.flatMap((network) => [
      { network, search: "printed", seconds: null, shape: [120, 240], parameters: 63_413_280, perplexity: 7.0904 },
      { network, search: "exact", seconds: 1.25, shape: [240, 240], parameters: 63_000_000, perplexity: 6.9 },
      { network, search: "evolution", seconds: iterations / 10, shape: [240, 360], parameters: 63_100_000, perplexity: 6.95 },
    ]),
  }),
}));

const folder = mkdtempSync(join(tmpdir(), "bort-shape-search-"));
afterAll(() => rmSync(folder, { recursive: true }));
const table = (name: string, quantity: string): string => {
  const path = join(folder, name);
  writeFileSync(path, new ShapeSpace().sample(0, 30).map((shape) => JSON.stringify({ shape, [quantity]: 7 })).join("\n"));
  return path;
};

it("tells seconds, sizes and perplexities, and whether the searches are as fast as they should be", async () => {
  const { text, files } = await command.run([table("perplexity.jsonl", "perplexity")], {});
  expect(text).toContain("63.41");
  expect(text).toMatch(/supershaper-53m +printed +– +63\.41 +7\.090 +120 240/);
  expect(text).toContain("all best shapes, 4321 of them: 1.50 s; the best of exactly 63413280 parameters: 0.50 s");
  expect(text).toContain("exact search: at most 1.50 s, within 5 s");
  expect(text).toContain("300 iterations of evolution: at most 30.00 s, not within 20 s");
  expect(JSON.parse(files!["shape-search.json"]!)).toMatchObject({ iterations: 300, measuredShapes: 30 });
  expect((await command.run([table("perplexity.jsonl", "perplexity")], { iterations: "20" })).text).toContain("20 iterations of evolution: at most 2.00 s, within 20 s");
});

it("refuses no table, and one of latencies", async () => {
  await expect(command.run([], {})).rejects.toMatchObject({ code: "bench/bad-option" });
  await expect(command.run([table("latency.jsonl", "latency")], {})).rejects.toMatchObject({ code: "bench/bad-table" });
});
