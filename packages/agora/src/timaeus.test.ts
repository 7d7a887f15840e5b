import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { uniformArch } from "@bort/arch";
import { onnxBackend } from "@bort/backend-onnx";
import { type TextExample, trainByteLevelBpe } from "@bort/data";
import { sharePrograms } from "@bort/graph";
import { createModel, loadClassifier } from "@bort/nn";
import { afterAll, describe, expect, it } from "vitest";
import { agora } from "./agora.js";
import { type AgoraEvent, type AgoraResult } from "./agora-events.js";
import { type TimaeusTask } from "./agora-options.js";
import { classifierSocrates } from "./classifier-socrates.js";
import { accuracyOf, exampleAnswers } from "./example-answers.js";
import { type FineTuningSet, fineTuningSets, timaeusExecutor, type TimaeusOptions, type TimaeusStep } from "./timaeus.js";
import { textTau } from "./tau/text-tau.js";

const folder = mkdtempSync(join(tmpdir(), "bort-timaeus-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tokenizer = await trainByteLevelBpe(["abc"], { vocabSize: 261 });
const arch = uniformArch({ depth: 1, heads: 2, hidden: 16, intermediate: 16, vocabSize: 261, positions: 32, layerNormEps: 1e-5 });
const labels = ["no", "yes"];
/** Whether a text ends in x. */
const examples = (count: number, first: number): TextExample[] =>
  Array.from({ length: count }, (_, i) => ({ text: `${(first + i).toString(2)}${i % 2 === 0 ? "x" : "y"}`, label: labels[i % 2 === 0 ? 1 : 0]! }));
const backend = sharePrograms(await onnxBackend({ threads: 1 }));
const options: TimaeusOptions = {
  backend, model: createModel(arch, { kind: "mlm" }, 3), tokenizer, labels, evaluation: examples(16, 100), folder, epochs: 12, batchSize: 8, maxLength: 16,
};
const set = (learningRate: number, more: Partial<FineTuningSet> = {}): FineTuningSet => ({ learningRate, weightDecay: 0.01, warmupRatio: 0.1, seed: 0, ...more } as FineTuningSet);
const task = (theta: FineTuningSet, more: Partial<TimaeusTask<FineTuningSet>> = {}): TimaeusTask<FineTuningSet> => ({ theta, examples: examples(32, 1), round: 1, replay: 0, ...more });

/** The reports of one round of trainings. */
async function reportsOf(tasks: readonly TimaeusTask<FineTuningSet>[], changes: Partial<TimaeusOptions> = {}) {
  const running = timaeusExecutor({ ...options, ...changes }).run(tasks.map((each, id) => ({ id, task: each })), { signal: new AbortController().signal });
  const reports = [];
  for await (const report of running) reports.push(report);
  return reports;
}
const resultsOf = (reports: Awaited<ReturnType<typeof reportsOf>>) => reports.flatMap((report) => (report.type === "finished" ? report.result : []));

describe("timaeusExecutor", () => {
  it("compiles once for all sets, however they differ in learning rate, decay, warm-up and seed", async () => {
    await reportsOf([task(set(1e-2))]);
    const { compiled } = backend;
    await reportsOf([task(set(1e-3, { weightDecay: 100, warmupRatio: 0.5, seed: 7 })), task(set(3e-3, { weightDecay: 0, seed: 1 }))]);
    expect(backend.compiled).toBe(compiled);
    expect(compiled).toBeGreaterThan(0);
  });

  it("gives each set what a training of it alone gives", async () => {
    const sets = [set(1e-2), set(1e-3, { weightDecay: 10, seed: 2 })];
    const together = resultsOf(await reportsOf(sets.map((theta) => task(theta))));
    const weights = together.map(({ model }) => loadClassifier(join(folder, model)).model.parameters.flat.slice());
    const alone = resultsOf(await reportsOf([task(sets[1]!)], { backend: await onnxBackend({ threads: 1 }) }));
    expect(alone).toEqual([together[1]]);
    expect(loadClassifier(join(folder, alone[0]!.model)).model.parameters.flat).toEqual(weights[1]);
    expect(weights[0]).not.toEqual(weights[1]);
  });

  it("saves what it measured: accuracy and mistakes are those of the model in the folder", async () => {
    const [result] = resultsOf(await reportsOf([task(set(3e-4))], { epochs: 2 }));
    const { model } = loadClassifier(join(folder, result!.model));
    const answers = await exampleAnswers(options.evaluation, { backend, model, tokenizer });
    expect(result!.accuracy).toBe(accuracyOf(options.evaluation, answers));
    expect(result!.mistakes).toEqual(options.evaluation.flatMap(({ label }, i) => (answers[i]!.label === label ? [] : [i])));
    const [ofTraining] = resultsOf(await reportsOf([task(set(1e-6))], { epochs: 1, mistakesOf: "training" }));
    expect(Math.max(...ofTraining!.mistakes)).toBeGreaterThan(16);
  });

  it("takes batch size, epochs and dropout from a set that has them, and tells how far it is", async () => {
    const reports = await reportsOf([task(set(1e-3, { batchSize: 16, epochs: 3, dropout: 0.1 }))]);
    const steps = reports.flatMap((report) => (report.type === "progress" ? report.progress : []));
    expect(steps.map(({ step, steps: of }) => [step, of])).toEqual([1, 2, 3, 4, 5, 6].map((step) => [step, 6]));
  });

  it("goes on from a model, its head too", async () => {
    const [first] = resultsOf(await reportsOf([task(set(1e-2))]));
    const [second] = resultsOf(await reportsOf([task(set(1e-7), { round: 2, from: first!.model })], { epochs: 1 }));
    expect(second).toMatchObject({ accuracy: first!.accuracy, mistakes: first!.mistakes });
  });

  it("says that a set diverged, and trains the others", async () => {
    const reports = await reportsOf([task(set(1e30)), task(set(1e-3))]);
    expect(reports.filter(({ type }) => type !== "progress")).toEqual([
      { type: "failed", id: 0, reason: expect.stringContaining("not finite"), seconds: expect.any(Number) }, expect.objectContaining({ type: "finished", id: 1 }),
    ]);
  });

  it("learns values, whose accuracy is that of rounded ones", async () => {
    const valued = (count: number, first: number): TextExample[] => examples(count, first).map(({ text, label }) => ({ text, value: label === "yes" ? 2 : 0 }));
    const evaluation = valued(16, 100);
    const [result] = resultsOf(await reportsOf([{ ...task(set(1e-2)), examples: valued(32, 1) }], { labels: [], evaluation }));
    const { model } = loadClassifier(join(folder, result!.model));
    const answers = await exampleAnswers(evaluation, { backend, model, tokenizer });
    expect(result!.mistakes).toEqual(evaluation.flatMap(({ value }, i) => (Math.round(answers[i]!.value!) === value ? [] : [i])));
    expect(result!.accuracy).toBe(1 - result!.mistakes.length / 16);
    expect(result!.accuracy).toBeGreaterThan(0.5);
  });
});

describe("fineTuningSets", () => {
  it.each([
    [{ learningRate: 1 }, "without weightDecay"], [{ ...set(1), lr: 1 }, 'with "lr"'], [{ ...set(1), seed: "0" }, 'whose seed is "0"'],
  ])("refuses %o", (wrong, told) => {
    expect(() => fineTuningSets([set(1), wrong])).toThrow(expect.objectContaining({ code: "agora/bad-option", message: expect.stringContaining(`set 1 ${told}`) }));
  });
});

describe("agora, with models", () => {
  it("learns from the mistakes of a Socrates' pupil, and leaves the best model alone on the disk", async () => {
    const [teacher] = resultsOf(await reportsOf([task(set(1e-2))], { labels: ["yes", "no"], epochs: 20 }));
    const socrates = loadClassifier(join(folder, teacher!.model));
    expect(socrates.model.head.labels).toEqual(["yes", "no"]);
    const own = join(folder, "own");
    const events: AgoraEvent<FineTuningSet, TimaeusStep>[] = [];
    const run = agora({
      train: examples(8, 1), evaluation: options.evaluation, hyperparameters: [set(1e-4), set(1e-3), set(3e-3)], stopWithoutMistakes: false,
      executor: timaeusExecutor({ ...options, folder: own, epochs: 4 }), socrates: classifierSocrates({ ...socrates, backend }),
      tau: textTau("flip", (text, random) => `${random.integer(2)}${text}`), onDiscard: (name) => rmSync(join(own, name), { recursive: true, force: true }),
    });
    let next = await run.next();
    for (; next.done !== true; next = await run.next()) events.push(next.value);
    const result: AgoraResult<FineTuningSet> = next.value;
    const made = events.flatMap((event) => (event.type === "record" && event.record.type === "generated" ? event.record.examples : []));
    expect(made.length).toBeGreaterThan(0);
    for (const { text, label, distribution } of made) expect([label, distribution]).toEqual([text.endsWith("x") ? "yes" : "no", undefined]);
    const best = Math.max(...result.rounds.map(({ accuracy }) => accuracy));
    expect(result.accuracy).toBe(best);
    expect(existsSync(join(own, result.model, "model.safetensors"))).toBe(true);
    const left = events.flatMap((event) => (event.type === "record" && event.record.type === "trained" ? event.record.result.model : [])).filter((name) => existsSync(join(own, name)));
    expect(left).toEqual([result.model]);
  });
});
