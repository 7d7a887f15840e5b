import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareCorpus, random } from "@bort/data";
import { referenceBackend } from "@bort/graph";
import { afterAll, expect, it } from "vitest";
import { measureErrors } from "./measure-errors.js";
import { regretFindings } from "./regret-findings.js";
import { type RegretSettings } from "./regret-settings.js";

const folder = mkdtempSync(join(tmpdir(), "bort-bench-"));
afterAll(() => rmSync(folder, { recursive: true }));

const settings: RegretSettings = {
  vocabSize: 262, shape: { batchSize: 2, sequenceLength: 6, maskedPerSequence: 1 }, heldOutBatches: 2,
  teacher: { arch: [1, 1, 12, 16], steps: 4, learningRate: 1e-2 },
  grid: { depth: [1], heads: [1, 2], hidden: [4, 8], intermediate: [4] },
  surrogate: { steps: [1, 2], seeds: [0, 1], hyperparameters: { learningRate: 1, warmupRatio: 0.05 } },
  convergence: { steps: 4, learningRate: 1e-2, seeds: [5, 6], everyLonger: 2 },
};

it("trains every point briefly and in full, goes on after what is finished, and has findings for all of it", async () => {
  const rng = random(0);
  const documents = Array.from({ length: 60 }, () => Array.from({ length: 40 }, () => "abcd"[rng.integer(4)]!).join(" "));
  const corpus = await prepareCorpus(join(folder, "corpus"), () => documents, {
    tokenizer: { vocabSize: settings.vocabSize }, splitOf: (document) => (document.startsWith("a") ? "validation" : "train"),
  });
  const options = { backend: referenceBackend(), corpus, folder: join(folder, "work"), settings, tell: () => undefined };
  const measured = await measureErrors(options);
  const { table, curves, longer, teacher } = measured;
  expect(table.points.map(({ arch }) => arch)).toEqual([[1, 1, 4, 4], [1, 1, 8, 4], [1, 2, 4, 4], [1, 2, 8, 4]]);
  expect(table.surrogates.map(({ steps, seed }) => [steps, seed])).toEqual([[1, 0], [2, 0], [1, 1], [2, 1]]);
  expect(table.converged.map(({ seed }) => seed)).toEqual([5, 6]);
  const errors = [...table.surrogates.map(({ errors: each }) => each), ...table.converged.map(({ scores }) => scores.map(({ error }) => error))];
  expect(new Set(errors.flat()).size).toBe(6 * 4);
  expect(errors.flat().every((error) => error > teacher.error && error < 7)).toBe(true); // No cross-entropy is below the entropy.
  expect(curves.every((curve) => curve.at(-1)![0] === 4)).toBe(true);
  expect(longer.map(({ arch, twice }) => [arch, twice.curve.at(-1)![0]])).toEqual([[[1, 1, 4, 4], 8], [[1, 2, 4, 4], 8]]);

  const runs = join(folder, "work", "runs.jsonl");
  const lines = readFileSync(runs, "utf8").trimEnd().split("\n");
  expect(lines).toHaveLength(1 + 4 * 4 + 4 * 2 + 2);
  writeFileSync(runs, `${lines.filter((_, i) => i % 5 !== 3).join("\n")}\n`);
  expect((await measureErrors(options)).table).toEqual(table);
  corpus.close();

  const { analyses, flatness } = regretFindings(measured, [1, 2]);
  expect(flatness.twice).toBeCloseTo((longer[0]!.once.error - longer[0]!.twice.error + longer[1]!.once.error - longer[1]!.twice.error) / 2, 12);
  expect(analyses["largest point"].maximumPoint.parameters).toBe(table.points[1]!.parameters);
  expect(analyses["largest point"].maximumPoint.parameters).toBeLessThan(analyses.teacher.maximumPoint.parameters);
});
