import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { grid } from "@bort/agora";
import { uniformArch } from "@bort/arch";
import { onnxBackend } from "@bort/backend-onnx";
import { random, trainByteLevelBpe } from "@bort/data";
import { sharePrograms } from "@bort/graph";
import { createModel } from "@bort/nn";
import { afterAll, describe, expect, it } from "vitest";
import { type AgoraSetting } from "./agora-setting.js";
import { summarizeSizes } from "./agora-summary.js";
import { agoraText } from "./agora-tables.js";
import { type AgoraWork, armNames, studyAgora, type TaskResult } from "./study-agora.js";

const folder = mkdtempSync(join(tmpdir(), "bort-bench-agora-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Reviews that are good where there is a word of praise; and questions whose right answer has it. */
const rng = random(0, "texts");
const words = (good: boolean): string => rng.shuffle([good ? "fine" : "dull", ...Array.from({ length: 3 }, () => ["the", "plot", "was", "a"][rng.integer(4)]!)]).join(" ");
const reviews = (count: number): string => ["sentence\tlabel", ...Array.from({ length: count }, (_, i) => `${words(i % 3 !== 0)} ${i}\t${i % 3 === 0 ? 0 : 1}`)].join("\n");
const questions = (count: number): string => Array.from({ length: count }, (_, idx) =>
  JSON.stringify({ premise: "It is", question: idx % 2 === 0 ? "cause" : "effect", choice1: words(idx % 2 === 0), choice2: words(idx % 2 === 1), label: idx % 2, idx })).join("\n");
const data = join(folder, "data");
for (const task of ["SST-2", "COPA"]) mkdirSync(join(data, task), { recursive: true });
writeFileSync(join(data, "SST-2", "train.tsv"), reviews(90));
writeFileSync(join(data, "SST-2", "dev.tsv"), reviews(30));
writeFileSync(join(data, "COPA", "train.jsonl"), questions(20));
writeFileSync(join(data, "COPA", "val.jsonl"), questions(10));

const tokenizer = await trainByteLevelBpe(Array.from({ length: 50 }, () => words(rng.integer(2) === 0)), { vocabSize: 290 });
const model = createModel(uniformArch({ depth: 1, heads: 2, hidden: 16, intermediate: 16, vocabSize: tokenizer.vocabSize, positions: 32, layerNormEps: 1e-5 }), { kind: "mlm" }, 3);
const setting: AgoraSetting = {
  tasks: [{ name: "SST-2", sizes: [40, 60] }, { name: "COPA", sizes: ["all"] }], seeds: [0, 1], evaluationShare: 0.25,
  theta: grid({ learningRate: [1e-3, 1e-2], weightDecay: [0, 10], warmupRatio: [0.1], seed: [0] }), rule: "lcs-root", copies: 2, batchSize: 8, maxLength: 24,
  student: { epochs: 1, fewExamples: 45, leastSteps: 4 }, socrates: { mostExamples: 50, epochs: 4, leastSteps: 10, learningRate: 1e-2 },
  rules: { task: "COPA", theta: grid({ learningRate: [1e-3, 3e-3, 1e-2], weightDecay: [0.01], warmupRatio: [0.1], seed: [0] }) },
};
const copaAlone: AgoraSetting = { ...setting, tasks: [{ name: "COPA", sizes: ["all"] }] };
const backend = sharePrograms(await onnxBackend({ threads: 1 }));

async function study(name: string, changes: Partial<AgoraWork> = {}): Promise<{ readonly lines: string[]; readonly tasks: TaskResult[] }> {
  const lines: string[] = [];
  const pretrained = { model, tokenizer };
  const tasks = await studyAgora({
    backend, engine: { engine: "onnx" }, setting, student: pretrained, socratesBase: pretrained, data, folder: join(folder, name), ...changes,
    tell: (line) => {
      lines.push(line);
      changes.tell?.(line);
    },
  });
  return { lines, tasks };
}

/** Everything but times. */
const untimed = (results: readonly object[]): unknown => JSON.parse(JSON.stringify(results, (name, value: unknown) => (name === "seconds" ? 0 : value)));

const { tasks } = await study("whole");

describe("a study of Agora", () => {
  it("gives every arm as many trainings as Agora took, and tau alone as many new examples", () => {
    expect(tasks.map(({ task, cells }) => [task, cells.map(({ size, seed }) => [size, seed])])).toEqual([
      ["SST-2", [[40, 0], [60, 0], [40, 1], [60, 1]]], ["COPA", [["all", 0], ["all", 1]]],
    ]);
    for (const { arms, conditions, evaluation } of tasks.flatMap(({ cells }) => cells)) {
      const { agora, plain, "tau alone": tauAlone } = arms;
      expect([plain.trainings, tauAlone.trainings]).toEqual([agora.trainings, agora.trainings]);
      expect([plain.rounds.length, plain.generated, tauAlone.generated]).toEqual([1, 0, 0]);
      expect(agora.rounds.reduce((sum, { generated }) => sum + generated, 0)).toBe(agora.generated);
      expect(tauAlone.rounds[0]!.examples >= plain.rounds[0]!.examples).toBe(true);
      expect(agora.trainings).toBeLessThanOrEqual(agora.mostTrainings);
      for (const { evaluation: accuracy, test } of Object.values(arms)) expect([(accuracy * evaluation) % 1, test.metric >= 0, test.meanRecall <= 1]).toEqual([expect.closeTo(0, 9), true, true]);
      expect(conditions.map(({ name }) => name)).toContain("Socrates above 2/3");
    }
    expect(tasks.flatMap(({ cells }) => cells).some(({ arms }) => arms.agora.generated > 0)).toBe(true);
  });

  it("keeps from Socrates what any student is evaluated on", () => {
    expect(tasks[0]!.socrates.examples).toBeLessThanOrEqual(50);
    expect(tasks[1]!.socrates.examples).toBeLessThanOrEqual(40 - tasks[1]!.cells[0]!.evaluation);
    expect(tasks[1]!.cells[0]!.evaluation).toBe(10);
  });

  it("tries every prune rule on one task", () => {
    expect(tasks.map(({ rules }) => rules.map(({ rule }) => rule))).toEqual([[], ["lcs-root", "lcs-root-descending", "lcs-root-with-constants", "worst-only", "rank-prefix-0.5"]]);
    expect(tasks[1]!.rules.map(({ result: { trainings, rounds } }) => [trainings, rounds.length])).toContainEqual([6, 3]);
  });

  it("does nothing again that is done, and leaves no models", async () => {
    const again = await study("whole");
    expect(again.tasks).toEqual(tasks);
    expect(again.lines.filter((line) => line.includes(": round "))).toEqual([]);
    const arms = readdirSync(join(folder, "whole", "SST-2")).filter((name) => name.startsWith("SST-2-"));
    expect(arms).toHaveLength(4 * 3);
    expect(arms.filter((name) => existsSync(join(folder, "whole", "SST-2", name, "models")))).toEqual([]);
  });

  it("ends as it would have, however it was cut off", async () => {
    const stops = ["Socrates has", "seed 0, agora: round 2", "seed 1, plain: round 1", "seed 1, tau alone: ", "rule worst-only: round 3"];
    for (const stop of stops) {
      const tell = (line: string): void => {
        if (line.includes(stop)) throw new Error("killed");
      };
      await expect(study("cut", { setting: copaAlone, tell })).rejects.toThrow("killed");
    }
    const resumed = await study("cut", { setting: copaAlone });
    expect(untimed(resumed.tasks)).toEqual(untimed(tasks.slice(1)));
    const begun = resumed.lines.filter((line) => line.includes(": round ")).map((line) => /rule [^:]*/.exec(line)?.[0]);
    expect([...new Set(begun)]).toEqual(["rule worst-only", "rule rank-prefix-0.5"]);
  });

  it("begins nothing when time is over, and reports the cells that are finished", async () => {
    let arms = 0;
    const early = await study("timed", { setting: copaAlone, isOver: () => arms++ >= 4 });
    expect(early.tasks.map(({ cells, rules }) => [cells.length, rules.length])).toEqual([[1, 0]]);
    expect(summarizeSizes(early.tasks).map(({ task, size, test }) => [task, size, test.plain.interval])).toEqual([["COPA", "all", null]]);
    expect(untimed(early.tasks[0]!.cells)).toEqual(untimed(tasks[1]!.cells.slice(0, 1)));
  });

  it("refuses a folder of another study", async () => {
    await expect(study("whole", { setting: { ...setting, copies: 3 } })).rejects.toMatchObject({ code: "bench/other-run" });
  });
});

describe("its summary", () => {
  it("pairs the arms seed by seed", () => {
    const sizes = summarizeSizes(tasks);
    expect(sizes.map(({ task, size }) => [task, size])).toEqual([["SST-2", 40], ["SST-2", 60], ["COPA", "all"]]);
    const copa = tasks[1]!.cells.map(({ arms }) => arms.agora.test.metric - arms.plain.test.metric);
    expect(sizes[2]!.gain.plain.mean).toBeCloseTo((copa[0]! + copa[1]!) / 2, 12);
    expect(sizes[2]!.gain.plain.interval!.high - sizes[2]!.gain.plain.mean).toBeCloseTo(12.7062 * Math.abs(copa[0]! - copa[1]!) / 2, 3);
    for (const name of armNames) expect(sizes[2]!.test[name].mean - sizes[2]!.test.agora.mean).toBeCloseTo(name === "agora" ? 0 : -sizes[2]!.gain[name].mean, 12);
  });

  it("reads as tables", () => {
    const text = agoraText({ tasks, sizes: summarizeSizes(tasks), simulated: [] });
    for (const part of ["agora - tau alone", "prune rules on COPA", "SST-2  40", "Socrates above 2/3"]) expect(text).toContain(part);
    expect(text).not.toContain("prune rules on SST-2");
  });
});
