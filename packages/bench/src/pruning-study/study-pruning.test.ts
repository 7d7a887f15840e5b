import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onnxBackend } from "@bort/backend-onnx";
import { type PreparedCorpus, prepareCorpus } from "@bort/data";
import { type Backend, sharePrograms } from "@bort/graph";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { madeUpDocuments } from "../made-up-documents.js";
import { madeUpSetting as setting, writeMadeUpTask } from "./made-up-study.js";
import { pruningArms } from "./pruning-arms.js";
import { pruningFindings } from "./pruning-findings.js";
import { pruningText } from "./pruning-tables.js";
import { type PruningStudy, type PruningWork, studyPruning } from "./study-pruning.js";

const folder = mkdtempSync(join(tmpdir(), "bort-bench-pruning-"));
const armsOf = (...names: readonly string[]): PruningWork["arms"] => pruningArms.filter(({ name }) => names.includes(name));

let corpus: PreparedCorpus;
let backend: Backend;
let whole: PruningStudy;
const told: string[] = [];

/** On a clock by which everything takes as long. */
function workIn(name: string, changes: Partial<PruningWork> = {}): PruningWork {
  let now = 0;
  return {
    backend, engine: { engine: "onnx" }, source: "made up", corpus, data: join(folder, "data"), folder: join(folder, name), setting, arms: armsOf("schubert-all", "schubert-a", "uniform", "layers", "distilled"),
    tell: () => undefined, clock: () => now++, ...changes,
  };
}

beforeAll(async () => {
  backend = sharePrograms(await onnxBackend({ threads: 1 }));
  writeMadeUpTask(join(folder, "data"));
  corpus = await prepareCorpus(join(folder, "corpus"), madeUpDocuments, { tokenizer: { vocabSize: setting.base.vocabSize } });
  whole = await studyPruning(workIn("whole", { tell: (line) => told.push(line) }));
}, 120_000);
afterAll(() => {
  corpus.close();
  rmSync(folder, { recursive: true });
});

const cellOf = (study: PruningStudy, arm: string, fraction: number): PruningStudy["cells"][number] => study.cells.find((cell) => cell.arm === arm && cell.fraction === fraction)!;

describe("a study of pruning", () => {
  it("has each arm at each fraction that it can reach, with the least that it can leave where it cannot", () => {
    expect(whole.cells.map(({ arm, fraction, networks }) => [arm, fraction, networks.map(({ seed }) => seed)])).toEqual([
      ["schubert-all", 0.8, [0]], ["schubert-all", 0.6, [0]], ["schubert-a", 0.8, []], ["schubert-a", 0.6, []], ["uniform", 0.8, [0]], ["uniform", 0.6, [0]],
      ["layers", 0.8, [0]], ["layers", 0.6, []], ["distilled", 0.8, [0]],
    ]);
    for (const { fraction, leastFraction, networks } of whole.cells) {
      expect(networks.length === 0).toBe(fraction < leastFraction);
      for (const { parameters } of networks) expect(parameters).toBeLessThanOrEqual(fraction * whole.base[0]!.parameters);
    }
  });

  it("cuts what an arm is named for", () => {
    const { h, f: [first, second] } = cellOf(whole, "uniform", 0.6).networks[0]!.sizes;
    expect([h < 16, first! < 32, second]).toEqual([true, true, first]);
    expect(cellOf(whole, "uniform", 0.6).networks[0]!.sizes.a).toEqual([2, 2]);
    expect(cellOf(whole, "layers", 0.8).networks[0]!.sizes).toEqual({ h: 16, f: [32], a: [2], k: [8], v: [8] });
    expect(cellOf(whole, "schubert-all", 0.8).networks[0]!.sizes).toEqual(cellOf(whole, "distilled", 0.8).networks[0]!.sizes); // A teacher comes after the first cut.
  });

  it("trains every network by itself, those of one size too", () => {
    const losses = [...whole.base, ...whole.cells.flatMap(({ networks }) => networks)].map(({ loss }) => loss);
    expect(new Set(losses).size).toBe(losses.length);
  });

  it("gives every network the same time: what its rounds took of it is taken off", () => {
    expect(whole.base.map(({ steps, tunedBaseSteps }) => [steps, tunedBaseSteps])).toEqual([[6, 0]]);
    for (const { fraction, networks } of whole.cells) for (const { steps, tunedBaseSteps } of networks) expect([steps, tunedBaseSteps]).toEqual(fraction === 0.8 ? [4, 2] : [2, 4]); // Two in each round, on a clock by which all steps take as long.
  });

  it("gives fewer steps to what takes longer, but to the base as many as there are", async () => {
    let reads = 0;
    const clock = (): number => [0, 1, 1, 3][reads % 4]! + 3 * Math.floor(reads++ / 4); // What comes second takes twice as long.
    const { base, cells } = await studyPruning(workIn("slow", { setting: { ...setting, fractions: [0.8] }, arms: armsOf("uniform"), clock }));
    expect(base[0]).toMatchObject({ pace: { ratio: 2 }, tunedBaseSteps: 0, steps: 6 });
    expect(cells[0]!.networks[0]).toMatchObject({ pace: { ratio: 2 }, tunedBaseSteps: 4, steps: 1 });
  });

  it("measures a network as it is where its rounds took all the time", async () => {
    const { cells } = await studyPruning(workIn("short", { setting: { ...setting, fractions: [0.8], tuningSteps: 1 }, arms: armsOf("uniform") }));
    const [{ steps, loss, lossBefore }] = cells[0]!.networks as [PruningStudy["base"][number]];
    expect([steps, loss]).toEqual([0, lossBefore]);
    expect(cellOf(whole, "uniform", 0.8).networks[0]).toMatchObject({ lossBefore });
    expect(cellOf(whole, "uniform", 0.8).networks[0]!.loss).not.toBe(lossBefore);
  });

  it("tells what it will take before it begins", () => {
    expect(told[0]).toMatch(/^1 bases of 5 steps after 3 of 1 layers, each pruned in 6 rounds of 2 \+ 2 steps to 6 networks; .* about 1 minutes at 60 GFLOP\/s/);
    expect(told[1]).toMatch(/^seed 0, shallow: step 0,/);
  });

  it("leaves the bases alone of all trainings, and does nothing again that is done", async () => {
    const left = readdirSync(join(folder, "whole")).sort();
    expect(left).toEqual(["measured.jsonl", "paces.jsonl", "rounds.jsonl", "seed-0-base", "seed-0-shallow"]);
    const lines: string[] = [];
    expect(await studyPruning(workIn("whole", { tell: (line) => lines.push(line) }))).toEqual(whole);
    expect(lines).toEqual([told[0]]);
  });

  it("cut off within trainings, ends as if it was not", async () => {
    for (const stop of [/^seed 0, shallow: step 2,/, /^seed 0, base: step 4,/, /^seed 0, schubert-all: round 2,/, /^seed 0, uniform 0.8, healing: step 4/, /^seed 0, distilled: round 1,/]) {
      const tell = (line: string): void => {
        if (stop.test(line)) throw new Error("cut off");
      };
      await expect(studyPruning(workIn("cut", { tell }))).rejects.toThrow("cut off");
    }
    const lines: string[] = [];
    expect(await studyPruning(workIn("cut", { tell: (line) => lines.push(line) }))).toEqual(whole);
    expect(lines.filter((line) => /^seed 0, (schubert-all|uniform|layers)/.test(line))).toEqual([]);
  }, 120_000);

  it("begins nothing when time is over, reports what is finished, and goes on with more seeds and arms", async () => {
    let networks = 0;
    const early = await studyPruning(workIn("timed", {
      arms: armsOf("schubert-all", "layers"), tell: (line) => void (/latency/.test(line) && networks++), isOver: () => networks >= 2,
    }));
    expect(early.cells.map(({ networks: each }) => each.length)).toEqual([1, 0, 0, 0]);
    expect(early.rounds).toEqual([]);
    const later = await studyPruning(workIn("timed", { setting: { ...setting, seeds: [0, 1] }, arms: armsOf("layers", "distilled") }));
    expect(later.base.map(({ seed }) => seed)).toEqual([0, 1]);
    expect(later.base[1]!.loss).not.toBe(later.base[0]!.loss);
    for (const { arm, networks: [first, second] } of later.cells.filter(({ fraction }) => fraction === 0.8)) {
      expect(first).toEqual(cellOf(whole, arm, 0.8).networks[0]);
      expect(second!.loss).not.toBe(first!.loss);
    }
    cpSync(join(folder, "timed"), join(folder, "other"), { recursive: true });
    for (const other of [{ setting: { ...setting, tuningSteps: 7 } }, { source: "another" }]) await expect(studyPruning(workIn("other", other))).rejects.toMatchObject({ code: "bench/other-run" });
  }, 120_000);

  it("reads as tables", () => {
    const text = pruningText({ ...whole, ...pruningFindings(whole, setting.timing) });
    for (const part of ["out of reach: leaves 0.", "loss less uniform", "loss less schubert-all", "none shown", "Spearman", "truncation to cutting", "2 2"]) expect(text).toContain(part);
    expect(text).not.toContain("NaN");
  });
});
