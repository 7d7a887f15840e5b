import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PreparedCorpus, prepareCorpus, random } from "@bort/data";
import { onnxBackend } from "@bort/backend-onnx";
import { type Backend } from "@bort/graph";
import { fingerprint } from "@bort/nn";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openFinishedRuns } from "../finished-runs.js";
import { compareStudents } from "./compare-students.js";
import { type DistillationSetting, type DistillationStudy, distillationStudy } from "./distillation-study.js";
import { type LearningCurve } from "./learning-curve.js";
import { timeTeaching } from "./time-teaching.js";
import { type TrainedTeacher, trainTeacher } from "./train-teacher.js";

const folder = mkdtempSync(join(tmpdir(), "bort-bench-"));
const setting: DistillationSetting = {
  student: [1, 2, 16, 32], teacher: [1, 2, 32, 64], vocabSize: 280, shape: { batchSize: 8, sequenceLength: 16, maskedPerSequence: 3 },
  steps: 16, evaluateEvery: 8, schedule: "noam", beta2: 0.98, warmupRatio: 0.1, learningRates: [1e-2, 1e-5], seeds: [0, 1], teacherSteps: 40, teacherLearningRate: 1e-2, validationTokens: 100,
};

/** Documents in which each word is followed by one of two. */
function documents(): string[] {
  const words = ["one", "two", "three", "four", "five", "six", "seven"];
  const rng = random(0, "documents");
  return Array.from({ length: 120 }, () => {
    let word = rng.integer(7);
    return Array.from({ length: 60 }, () => words[(word = (2 * word + rng.integer(2)) % 7)]!).join(" ");
  });
}

let corpus: PreparedCorpus;
let backend: Backend;
let study: DistillationStudy;
let teacher: TrainedTeacher;
beforeAll(async () => {
  backend = await onnxBackend({ threads: 1 });
  corpus = await prepareCorpus(join(folder, "corpus"), documents, { tokenizer: { vocabSize: setting.vocabSize } });
  study = distillationStudy(setting, corpus);
  teacher = await trainTeacher({ backend, study, folder: join(folder, "teacher") });
}, 60_000);
afterAll(() => {
  corpus.close();
  rmSync(folder, { recursive: true });
});

describe("a distillation study", () => {
  it("measures on as many masked tokens as were asked for, of held-out text", () => {
    expect(study.validation).toHaveLength(5); // 24 masked in each.
    expect(corpus.validation.tokens).toBeGreaterThan(0);
  });

  it("has a teacher that learned, and is there when it is asked for again", async () => {
    const again = await trainTeacher({ backend, study, folder: join(folder, "teacher") });
    expect(fingerprint(again.model.parameters.flat)).toBe(fingerprint(teacher.model.parameters.flat));
    expect([again.accuracy, again.step]).toEqual([teacher.accuracy, 40]);
    expect(teacher.accuracy).toBeGreaterThan(0.05); // Of 280 tokens.
  });

  it("trains each seed both ways from one start at the better rate, and trains nothing twice", async () => {
    const points: string[] = [];
    const runs = (): ReturnType<typeof openFinishedRuns<LearningCurve>> => openFinishedRuns(join(folder, "runs.jsonl"), setting);
    const students = await compareStudents({ backend, study, teacher: teacher.model, runs: runs(), onPoint: (run) => points.push(run) });
    expect(students.learningRate).toBe(1e-2);
    expect(students.tried.map(({ learningRate }) => learningRate)).toEqual([1e-2, 1e-5]);
    expect(students.pairs.map(({ seed }) => seed)).toEqual([0, 1]);
    for (const { selfSupervised, distilled } of students.pairs) {
      expect(selfSupervised.map(({ step }) => step)).toEqual([0, 8, 16]);
      expect(distilled[0]).toEqual(selfSupervised[0]);
      expect(distilled[2]).not.toEqual(selfSupervised[2]);
      expect(selfSupervised[2]!.accuracy).toBeGreaterThan(selfSupervised[0]!.accuracy);
    }
    expect(students.pairs[0]!.selfSupervised[0]).not.toEqual(students.pairs[1]!.selfSupervised[0]);
    expect(readFileSync(join(folder, "runs.jsonl"), "utf8").trimEnd().split("\n")).toHaveLength(1 + 6);
    expect(points).toHaveLength(6 * 3);
    expect(await compareStudents({ backend, study, teacher: teacher.model, runs: runs(), onPoint: (run) => points.push(run) })).toEqual(students);
    expect(points).toHaveLength(6 * 3);
  });

  it("times a step every way", async () => {
    const { selfSupervised, running, cached, caching, topK } = await timeTeaching({ backend, study, teacher: teacher.model, rounds: 1, steps: 5 });
    for (const { least, median, most } of [selfSupervised, running, cached]) expect([0 < least, least <= median, median <= most]).toEqual([true, true, true]);
    expect(caching).toBeGreaterThan(0);
    expect(topK).toBe(64);
    await expect(timeTeaching({ backend, study, teacher: teacher.model, steps: 4 })).rejects.toMatchObject({ code: "bench/bad-option" });
  });
});
