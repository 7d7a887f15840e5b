import { uniformArch } from "@bort/arch";
import { onnxBackend } from "@bort/backend-onnx";
import { type TextExample, classificationBatches, trainByteLevelBpe } from "@bort/data";
import { createModel, finetune, predictOutputs } from "@bort/nn";
import { describe, expect, it } from "vitest";
import { type ClassificationTaskOptions, classificationTask } from "./classification-task.js";
import { type FinetuningSettings } from "./finetuning-settings.js";
import { prune } from "./prune.js";

const backend = await onnxBackend({ threads: 1 });
const tokenizer = await trainByteLevelBpe(["ab"], { vocabSize: 261 });
const labels = ["no", "yes"];
/** Whether a text ends in x. */
const examples: TextExample[] = Array.from({ length: 32 }, (_, i) => ({ text: `${"ab".repeat(1 + (i % 3))}${i % 2 === 0 ? "x" : "y"}`, label: labels[(i + 1) % 2]! }));
const batches = classificationBatches(examples, { tokenizer, labels, batchSize: 8, maxLength: 16, seed: 1, order: "shuffled" });
const ordered = classificationBatches(examples, { tokenizer, labels, batchSize: 8, maxLength: 16, seed: 1, order: "sequential" });
const options: ClassificationTaskOptions = { backend, labels, train: batches, batchSize: 8, validation: [0, 1, 2, 3].map((step) => ordered.at(step)), finetuning: { learningRate: 1e-2 } };
const arch = uniformArch({ depth: 2, heads: 2, hidden: 16, intermediate: 16, vocabSize: tokenizer.vocabSize, positions: 16, layerNormEps: 1e-5 });

describe("classificationTask", () => {
  it("prunes a classifier for its task, which the smaller one still does", async () => {
    const learning = finetune({ backend, model: createModel(arch, { kind: "mlm" }, 1), labels, train: batches, batchSize: 8, steps: 80, learningRate: 1e-2 });
    let learned = await learning.next();
    while (learned.done !== true) learned = await learning.next();
    const run = prune({ backend, model: learned.value.model, task: classificationTask(options), dimensions: ["a", "f", "k", "v"], targets: [{ fraction: 0.75 }], rounds: 1, alphaSteps: 10, finetuneSteps: 60 });
    let next = await run.next();
    while (next.done !== true) next = await run.next();
    const { model, rounds } = next.value;
    expect(rounds[0]!.tunedMetrics).toEqual({ accuracy: 1 });
    expect(model.head).toEqual({ kind: "classifier", labels });
    expect(model.arch.hiddenSize).toBe(16);
    expect(rounds[0]!.value).toBeLessThanOrEqual(rounds[0]!.target);
  });

  const recordOf = (changed: Partial<ClassificationTaskOptions>): string => JSON.stringify(classificationTask({ ...options, ...changed }).settings);

  it("is another task with other settings of fine-tuning, and the same with the defaults named, or with what decides nothing", () => {
    const plain = recordOf({ finetuning: {} });
    const same: readonly FinetuningSettings[] = [{ learningRate: 1e-4 }, { warmupRatio: 0.1 }, { evaluateEvery: 3 }];
    for (const finetuning of same) expect(recordOf({ finetuning })).toBe(plain);
    const stopped = { earlyStopping: { patience: 2 } };
    const others: readonly FinetuningSettings[] = [{ learningRate: 1e-3 }, { warmupRatio: 0 }, { schedule: "constant" }, { dropout: { hidden: 0.1 } }, stopped, { ...stopped, evaluateEvery: 1 }];
    expect(new Set([plain, ...others.map((finetuning) => recordOf({ finetuning }))]).size).toBe(7);
    const fewer = options.validation.slice(1);
    expect(recordOf({ finetuning: stopped, validation: fewer })).not.toBe(recordOf({ finetuning: stopped }));
    expect(recordOf({ finetuning: {}, validation: fewer })).toBe(plain);
  });

  it("is another task where other labels are learned, soft ones or others of these, or where other rows count", () => {
    const softly = (sureness: number): ClassificationTaskOptions["train"] => classificationBatches(
      examples.map((example) => ({ ...example, distribution: { no: example.label === "no" ? sureness : 1 - sureness, yes: example.label === "yes" ? sureness : 1 - sureness } })),
      { tokenizer, labels, batchSize: 8, maxLength: 16, seed: 1, order: "shuffled" },
    );
    const weightless: ClassificationTaskOptions["train"] = { ...batches, at: (step) => ({ ...batches.at(step), weights: new Float32Array(8).fill(1, 1) }) };
    expect(new Set([batches, softly(0.9), softly(0.6), weightless].map((train) => recordOf({ train }))).size).toBe(4);
    expect(recordOf({ train: softly(0.9) })).toBe(recordOf({ train: softly(0.9) }));
  });

  it("refuses a validation without a labelled row, on which no accuracy is", async () => {
    const unlabelled = classificationBatches([{ text: "ab" }], { tokenizer, labels, batchSize: 8, maxLength: 16, seed: 1, order: "sequential" });
    const task = classificationTask({ ...options, validation: [unlabelled.at(0)] });
    await expect(task.evaluate(createModel(arch, { kind: "classifier" as const, labels }, 1))).rejects.toMatchObject({ code: "nn/bad-option", message: expect.stringContaining("labelled") });
  });

  it("refuses a task without labels", () => {
    expect(() => classificationTask({ ...options, labels: [] })).toThrow(expect.objectContaining({ code: "schubert-prune/bad-option", message: expect.stringContaining("labels") }));
  });

  it.each<[string, string[]]>([["another order", ["yes", "no"]], ["other labels", ["no", "maybe"]]])("refuses a classifier of %s before it trains anything", async (_, own) => {
    const task = classificationTask(options);
    const model = createModel(arch, { kind: "classifier" as const, labels: own }, 1);
    const refusal = expect.objectContaining({ code: "schubert-prune/bad-option", message: expect.stringContaining(`${own.join(", ")}, in its order, got no, yes`) });
    await expect(task.evaluate(model)).rejects.toEqual(refusal);
    expect(() => task.batch(0, model)).toThrow(refusal);
  });

  it("fine-tunes on what a teacher makes of the same batches, and trains prunable parameters on labels", async () => {
    const asked: number[] = [];
    const unsure = {
      examples: 32, isSoft: true, settings: { teacher: "unsure" },
      at: async (step: number) => {
        asked.push(step);
        return { ...batches.at(step), distributions: new Float32Array(16).fill(0.5) };
      },
    };
    const task = classificationTask({ ...options, taught: unsure });
    const model = createModel(arch, { kind: "classifier" as const, labels }, 1);
    const training = task.finetune(model, { steps: 30, firstBatch: 4 });
    let next = await training.next();
    while (next.done !== true) next = await training.next();
    expect(asked).toEqual([4, ...Array.from({ length: 30 }, (_, step) => 4 + step)]);
    for (const [no, yes] of await predictOutputs(backend, next.value, options.validation)) expect(Math.abs(yes! - no!)).toBeLessThan(0.1);
    expect(Object.keys(task.batch(0, model).feeds)).toContain("labels");
    expect(task.settings).toMatchObject({ taught: { teacher: "unsure" } });
  });
});
