import { uniformArch } from "@bort/arch";
import { onnxBackend } from "@bort/backend-onnx";
import { type ClassificationBatch, type ClassificationBatches, type TextExample, classificationBatches } from "@bort/data";
import { evaluate, referenceBackend } from "@bort/graph";
import { type Classifier, classificationFeeds, classificationLossGraph, createModel, finetune, predictOutputs } from "@bort/nn";
import { describe, expect, it } from "vitest";
import { collect, tinyTokenizer } from "../../nn/src/test-models.js";
import { type TaughtBatchesOptions, taughtBatches } from "./taught-batches.js";
import { countingBackend } from "./test-backend.js";

const tokenizer = await tinyTokenizer();
const labels = ["no", "maybe", "yes"];
const arch = uniformArch({ depth: 1, heads: 2, hidden: 8, intermediate: 12, vocabSize: 261, positions: 32, layerNormEps: 1e-5 });
const classifier = (seed: number, own: readonly string[] = labels): Classifier => createModel(arch, { kind: "classifier", labels: own }, seed, 0.6);
const [teacher, student] = [classifier(1), classifier(2)];
const backend = referenceBackend();

/** Texts of two lengths, so that batches have two. */
const examples: TextExample[] = Array.from({ length: 12 }, (_, i) => ({ text: "ab".repeat(1 + (i >> 3) * 9), label: labels[i % 3]! }));
const batchesOf = (given: readonly TextExample[]): ClassificationBatches => classificationBatches(given, { tokenizer, labels, batchSize: 4, maxLength: 32, seed: 1, order: "sequential" });
const train = batchesOf(examples);
const options: TaughtBatchesOptions = { backend, teacher, train, labels };

const lossOn = (batch: ClassificationBatch, isSoft: boolean): number =>
  evaluate([classificationLossGraph(student, 4, batch.length, { isSoft }).loss], { ...student.parameters.views, ...classificationFeeds(batch, student.head) })[0]![0]!;
const softmax = (logits: Float32Array): number[] => {
  const powers = Array.from(logits, Math.exp);
  return powers.map((power) => power / powers.reduce((a, b) => a + b));
};
/** What the teacher says of a batch by itself: `[batch, labels]`. */
const saidOf = async (batch: ClassificationBatch): Promise<number[]> => (await predictOutputs(backend, teacher, [batch])).flatMap(softmax);

describe("taughtBatches", () => {
  it("has the loss of labels and that against the teacher, each with its weight, whatever the length", async () => {
    const taught = taughtBatches({ ...options, teacherWeight: 0.3 });
    expect(new Set([0, 2].map((step) => train.at(step).length)).size).toBe(2);
    for (const step of [0, 2, 1]) {
      const batch = train.at(step);
      const learned = await taught.at(step);
      const againstTeacher = lossOn({ ...batch, distributions: Float32Array.from(await saidOf(batch)) }, true);
      expect(lossOn(learned, true)).toBeCloseTo(0.7 * lossOn(batch, false) + 0.3 * againstTeacher, 6);
      expect({ ...learned, distributions: undefined }).toEqual({ ...batch, distributions: undefined });
    }
    await taught.dispose();
  });

  it("takes what the batches say where they are soft themselves", async () => {
    const unsure = examples.map((example) => ({ ...example, distribution: { no: 0.5, yes: 0.5 } }));
    const batch = await taughtBatches({ ...options, train: batchesOf(unsure), teacherWeight: 0.5 }).at(0);
    (await saidOf(batch)).forEach((said, i) => expect(batch.distributions![i]).toBeCloseTo(0.5 * said + 0.5 * [0.5, 0, 0.5][i % 3]!, 6));
  });

  it("brings a student to what the teacher says of texts, where it alone is learned from", async () => {
    const engine = await onnxBackend({ threads: 1 });
    const taught = taughtBatches({ ...options, backend: engine, teacherWeight: 1 });
    const { result: { model } } = await collect(finetune({ backend: engine, model: student, head: "kept", labels, train: taught, batchSize: 4, steps: 80, learningRate: 2e-2 }));
    const batch = train.at(0);
    const learned = (await predictOutputs(backend, model, [batch])).flatMap(softmax);
    const before = (await predictOutputs(backend, student, [batch])).flatMap(softmax);
    const said = await saidOf(batch);
    const distance = (values: readonly number[]): number => Math.max(...values.map((value, i) => Math.abs(value - said[i]!)));
    expect(distance(learned)).toBeLessThan(0.05);
    expect(distance(before)).toBeGreaterThan(0.1);
  });

  it("compiles its teacher once a length, and gives the programs back", async () => {
    const { counting, programs } = countingBackend(backend);
    const taught = taughtBatches({ ...options, backend: counting });
    expect(programs.compiled).toBe(0);
    for (const step of [0, 1, 2, 0, 2]) await taught.at(step);
    await taught.dispose();
    expect(programs).toEqual({ compiled: 2, disposed: 2 });
  });

  it("is told apart by the teacher and its share", () => {
    const settings = [options, { ...options, teacherWeight: 0.4 }, { ...options, teacher: student }].map((each) => JSON.stringify(taughtBatches(each).settings));
    expect(new Set(settings).size).toBe(3);
  });

  it.each<[string, Partial<TaughtBatchesOptions>, string]>([
    ["a teacher whose labels are in another order", { teacher: classifier(1, ["yes", "maybe", "no"]) }, "no, maybe, yes, got one of yes, maybe, no"],
    ["a teacher of a value", { teacher: classifier(1, []), labels: [] }, "got one of a value"],
    ["no share", { teacherWeight: 0 }, "teacherWeight"],
    ["more than all", { teacherWeight: 1.1 }, "teacherWeight"],
    ["a share that is no number", { teacherWeight: NaN }, "teacherWeight"],
  ])("refuses %s", (_, changed, told) => {
    expect(() => taughtBatches({ ...options, ...changed })).toThrow(expect.objectContaining({ code: "distill/bad-option", message: expect.stringContaining(told) }));
  });
});
