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
function clock(settings: PruningObjective["settings"] = { sequenceLength: 128, threads: 2 }): PruningObjective {
  let now = 0;
  return { name: "latencyMs", settings, unit: "ms", resolution: 0.01, measure: () => ++now, unitCosts: async () => ({ h: ++now }) };
}

const refusal = (told: string): unknown => expect.objectContaining({ code: "schubert-prune/bad-measurements", message: expect.stringContaining(told) });

it("measures each architecture once, in whatever process, its units apart from it", async () => {
  const path = join(folder, "latencies.json");
  const first = keptMeasurements(clock(), path);
  expect([await first.measure(archs[0]), await first.measure(archs[1]), await first.measure(archs[0])]).toEqual([1, 2, 1]);
  expect([await first.unitCosts(archs[0]), await first.unitCosts(archs[0])]).toEqual([{ h: 3 }, { h: 3 }]);
  const later = keptMeasurements(clock(), path);
  expect([await later.measure(archs[0]), await later.unitCosts(archs[0]), await later.unitCosts(archs[1])]).toEqual([1, { h: 3 }, { h: 1 }]);
  expect([later.name, later.settings, later.unit, later.resolution]).toEqual(["latencyMs", { sequenceLength: 128, threads: 2 }, "ms", 0.01]);
});

it("refuses what another objective measured, or the same with other settings, naming both", async () => {
  const path = join(folder, "owned.json");
  await keptMeasurements(clock(), path).measure(archs[0]);
  expect(() => keptMeasurements(clock({ sequenceLength: 512, threads: 2 }), path)).toThrow(refusal(`"sequenceLength":512,"threads":2}}, and those are by {"name":"latencyMs","settings":{"sequenceLength":128,`));
  expect(() => keptMeasurements({ ...clock(), name: "joules" }, path)).toThrow(refusal("owned.json"));
});

it("refuses a file that does not say what measured it, as earlier versions kept them", () => {
  const path = join(folder, "old.json");
  writeFileSync(path, JSON.stringify({ values: { a: 1 }, costs: {} }));
  expect(() => keptMeasurements(clock(), path)).toThrow(refusal("does not say what measured them; remove it"));
});

it.each(["{", "[]", JSON.stringify({ values: {} }), JSON.stringify({ values: { a: "fast" }, costs: {} })])("refuses a file that holds %s", (content) => {
  const path = join(folder, "other.json");
  writeFileSync(path, content);
  expect(() => keptMeasurements(clock(), path)).toThrow(refusal("other.json"));
});
