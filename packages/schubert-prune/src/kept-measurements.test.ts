import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { archOf } from "@bort/arch";
import { afterAll, expect, it } from "vitest";
import { keptMeasurements } from "./kept-measurements.js";
import { type PruningObjective } from "./objective.js";

const folder = mkdtempSync(join(tmpdir(), "bort-kept-"));
afterAll(() => rmSync(folder, { recursive: true }));
const archs = [archOf([1, 2, 8, 16], { vocabSize: 20, positions: 8 }), archOf([1, 2, 8, 12], { vocabSize: 20, positions: 8 })] as const;

/** What never measures the same twice. */
function clock(): PruningObjective {
  let now = 0;
  return { name: "latencyMs", unit: "ms", resolution: 0.01, measure: () => ++now, unitCosts: async () => ({ h: ++now }) };
}

it("measures each architecture once, in whatever process, its units apart from it", async () => {
  const path = join(folder, "latencies.json");
  const first = keptMeasurements(clock(), path);
  expect([await first.measure(archs[0]), await first.measure(archs[1]), await first.measure(archs[0])]).toEqual([1, 2, 1]);
  expect([await first.unitCosts(archs[0]), await first.unitCosts(archs[0])]).toEqual([{ h: 3 }, { h: 3 }]);
  const later = keptMeasurements(clock(), path);
  expect([await later.measure(archs[0]), await later.unitCosts(archs[0]), await later.unitCosts(archs[1])]).toEqual([1, { h: 3 }, { h: 1 }]);
  expect([later.name, later.unit, later.resolution]).toEqual(["latencyMs", "ms", 0.01]);
});

it.each(["{", "[]", JSON.stringify({ values: {} }), JSON.stringify({ values: { a: "fast" }, costs: {} })])("refuses a file that holds %s", (content) => {
  const path = join(folder, "other.json");
  writeFileSync(path, content);
  expect(() => keptMeasurements(clock(), path)).toThrow(expect.objectContaining({ code: "schubert-prune/bad-measurements", message: expect.stringContaining("other.json") }));
});
