import { uniformArch } from "@bort/arch";
import { onnxBackend } from "@bort/backend-onnx";
import { type TextExample, classificationBatches } from "@bort/data";
import { describe, expect, it } from "vitest";
import { predict, predictOutputs } from "./classification.js";
import { fingerprint } from "./fingerprint.js";
import { type FinetuneOptions, finetune } from "./finetune.js";
import { type Classifier, createModel, withClassifier } from "./model.js";
import { loadClassifier, saveModel } from "./model-folder.js";
import { temporaryFolder } from "./temporary-folder.js";
import { collect, tinyTokenizer } from "./test-models.js";

const at = temporaryFolder();
const tokenizer = await tinyTokenizer();
const labels = ["no", "yes"];
/** Whether a text ends in x. */
const examples: TextExample[] = Array.from({ length: 24 }, (_, i) => ({ text: `${"ab".repeat(1 + (i >> 3) * 5)}${i % 2 === 0 ? "x" : "y"}`, label: labels[i % 2 === 0 ? 1 : 0]! }));
const batches = (order: "shuffled" | "sequential", given: readonly TextExample[] = examples): ReturnType<typeof classificationBatches> =>
  classificationBatches(given, { tokenizer, labels, batchSize: 8, maxLength: 32, seed: 1, order });
const sequential = batches("sequential");
const validation = [0, 1, 2].map((step) => sequential.at(step));
const arch = uniformArch({ depth: 1, heads: 2, hidden: 16, intermediate: 16, vocabSize: 261, positions: 32, layerNormEps: 1e-5 });
const options: FinetuneOptions = {
  backend: await onnxBackend({ threads: 1 }), model: createModel(arch, { kind: "mlm" }, 3), labels, train: batches("shuffled"), batchSize: 8, validation, steps: 60, learningRate: 1e-2,
};

describe("finetune", () => {
  it("learns a task of texts of several lengths", async () => {
    expect(new Set(validation.map(({ length }) => length)).size).toBeGreaterThan(1);
    const before = fingerprint(options.model.parameters.flat);
    const { events, result } = await collect(finetune(options));
    const accuracies = events.flatMap((event) => (event.type === "evaluation" ? [event.metrics["accuracy"]!] : []));
    expect(accuracies).toHaveLength(11);
    expect(accuracies.at(-1)).toBe(1);
    expect(result.model.head).toEqual({ kind: "classifier", labels });
    expect(await predict(options.backend, result.model, validation)).toEqual(examples.map(({ label }) => labels.indexOf(label!)));
    expect(fingerprint(options.model.parameters.flat)).toBe(before);
  });

  it("goes on with the head of a classifier where it is to be kept, and leaves that classifier as it was", async () => {
    const { result: { model } } = await collect(finetune(options));
    const before = fingerprint(model.parameters.flat);
    const firstLoss = async (head: "fresh" | "kept"): Promise<number> => {
      const { events } = await collect(finetune({ ...options, model, head, steps: 1, learningRate: 1e-6 }));
      return events.flatMap((event) => (event.type === "step" ? event.loss : []))[0]!;
    };
    expect(await firstLoss("kept")).toBeLessThan(0.1);
    expect(await firstLoss("fresh")).toBeGreaterThan(0.2);
    expect(fingerprint(model.parameters.flat)).toBe(before);
    await expect(collect(finetune({ ...options, head: "kept" }))).rejects.toMatchObject({ code: "nn/bad-option", message: expect.stringContaining("got none") });
    await expect(collect(finetune({ ...options, model, head: "kept", labels: ["yes", "no"] }))).rejects.toMatchObject({ code: "nn/bad-option" });
  });

  it("resumes the same run alone: not one of another encoder, labels or data", async () => {
    const checkpoint = { folder: at("run"), every: 2, resume: true };
    const attempt = (changed: Partial<FinetuneOptions>) => collect(finetune({ ...options, steps: 2, ...changed, checkpoint }));
    await attempt({});
    expect((await attempt({})).events[0]).toEqual({ type: "resumed", step: 2 });
    for (const [changed, name] of [
      [{ model: createModel(arch, { kind: "mlm" }, 4) }, "startingParameters"], [{ labels: ["false", "true"] }, "labels.0"],
      [{ train: batches("sequential") }, "firstBatch"], [{ train: batches("shuffled", examples.slice(0, 16)) }, "examples"],
    ] as const) {
      await expect(attempt(changed)).rejects.toMatchObject({ code: "nn/other-run", message: expect.stringContaining(`another ${name} (`) });
    }
  });

  it("trains the classifier alone on a frozen encoder, several batches a step, and keeps an average", async () => {
    const { result } = await collect(finetune({ ...options, steps: 4, accumulate: 2, average: { decay: 0.5 }, groups: ({ name }) => ({ frozen: !name.startsWith("classifier.") }) }));
    const given = options.model.parameters;
    for (const { parameters } of [result.model, result.averaged!]) {
      for (const { name } of parameters.specs) if (!name.startsWith("classifier.")) expect(fingerprint(parameters.view(name)), name).toBe(fingerprint(given.view(name)));
    }
    const weights = ({ parameters }: Classifier): string => fingerprint(parameters.view("classifier.dense.weight"));
    const whole = await collect(finetune({ ...options, steps: 4 }));
    expect(new Set([weights(result.model), weights(result.averaged!), weights(whole.result.model), weights(withClassifier(options.model, labels, 0))]).size).toBe(4);
  });

  it("learns from batches that are made when their turn comes as from those that are there", async () => {
    const asked: number[] = [];
    const made = {
      ...options.train,
      at: async (step: number) => {
        asked.push(step);
        return options.train.at(step);
      },
    };
    const weights = async (train: FinetuneOptions["train"]): Promise<string> => fingerprint((await collect(finetune({ ...options, train, steps: 3 }))).result.model.parameters.flat);
    expect(await weights(made)).toBe(await weights(options.train));
    expect(asked).toEqual([0, 0, 1, 2]);
  });

  describe("of soft labels", () => {
    /** A teacher that is never sure: 3 to 1 for the label. */
    const taught = examples.map((example) => ({ ...example, distribution: { no: example.label === "no" ? 0.75 : 0.25, yes: example.label === "yes" ? 0.75 : 0.25 } }));
    const soft: FinetuneOptions = { ...options, train: batches("shuffled", taught) };

    it("learns what the teacher says, not how sure it could be", async () => {
      const { events, result: { model } } = await collect(finetune(soft));
      const accuracies = events.flatMap((event) => (event.type === "evaluation" ? [event.metrics["accuracy"]!] : []));
      expect(accuracies.at(-1)).toBe(1);
      const odds = (await predictOutputs(options.backend, model, validation)).map(([no, yes]) => Math.abs(yes! - no!));
      for (const logOdds of odds) expect(Math.abs(logOdds - Math.log(3))).toBeLessThan(0.2);
    });

    it("goes on to the same bits where it was interrupted, and not with other labels", async () => {
      const run = (changed: Partial<FinetuneOptions> = {}): ReturnType<typeof finetune> =>
        finetune({ ...soft, steps: 6, ...changed, checkpoint: { folder: at("soft"), every: 3, resume: true } });
      for await (const event of run()) if (event.type === "checkpoint") break;
      const { events, result } = await collect(run());
      expect(events[0]).toEqual({ type: "resumed", step: 3 });
      const whole = await collect(finetune({ ...soft, steps: 6 }));
      expect(fingerprint(result.model.parameters.flat)).toBe(fingerprint(whole.result.model.parameters.flat));
      const unsure = taught.map((example) => ({ ...example, distribution: { no: 0.5, yes: 0.5 } }));
      for (const [other, name] of [[examples, "softLabels"], [unsure, "firstBatch"]] as const) {
        await expect(collect(run({ train: batches("shuffled", other) }))).rejects.toMatchObject({ code: "nn/other-run", message: expect.stringContaining(`another ${name} (`) });
      }
    });
  });

  it("learns values by squared error, without labels, and stops by it", async () => {
    const valued = examples.map(({ text }, i) => ({ text, value: i % 2 === 0 ? 2 : -1 }));
    const valuesIn = (order: "shuffled" | "sequential"): ReturnType<typeof classificationBatches> =>
      classificationBatches(valued, { tokenizer, labels: [], batchSize: 8, maxLength: 32, seed: 1, order });
    const given = [0, 1, 2].map((step) => valuesIn("sequential").at(step));
    const regression = { ...options, labels: [], train: valuesIn("shuffled"), validation: given, steps: 120, earlyStopping: { patience: 100 } };
    const { events, result: { model, summary } } = await collect(finetune(regression));
    const errors = events.flatMap((event) => (event.type === "evaluation" ? [event.metrics["meanSquaredError"]!] : []));
    expect(errors[0]).toBeGreaterThan(1);
    expect(summary.best!.metrics["meanSquaredError"]).toBe(Math.min(...errors));
    expect(Math.min(...errors)).toBeLessThan(0.05);
    const predicted = await predict(options.backend, model, given);
    expect(predicted.map(Math.round)).toEqual(valued.map(({ value }) => Math.round(value)));
    const outputs = await predictOutputs(options.backend, model, given);
    expect(outputs.map(([value]) => value)).toEqual(predicted);
    saveModel(at("regression"), { model, tokenizer });
    expect(await predict(options.backend, loadClassifier(at("regression")).model, given)).toEqual(predicted);
  });

  it("needs labels to measure the accuracy on", async () => {
    const unlabelled = [batches("sequential", [{ text: "ab" }]).at(0)];
    await expect(collect(finetune({ ...options, validation: unlabelled, steps: 1 }))).rejects.toMatchObject({ code: "nn/bad-option" });
  });
});

describe("predict", () => {
  it("serves batches of several sizes and lengths, and leaves out filler rows", async () => {
    const model = (await collect(finetune({ ...options, steps: 1 }))).result.model;
    const each = await Promise.all(examples.slice(0, 10).map(async (example) => {
      const one = classificationBatches([example], { tokenizer, labels, batchSize: 1, maxLength: 32, seed: 0, order: "sequential" });
      return (await predict(options.backend, model, [one.at(0)]))[0];
    }));
    const ten = batches("sequential", examples.slice(0, 10));
    const single = classificationBatches(examples.slice(0, 1), { tokenizer, labels, batchSize: 1, maxLength: 32, seed: 0, order: "sequential" });
    expect(await predict(options.backend, model, [ten.at(0), ten.at(1), single.at(0)])).toEqual([...each, each[0]]);
  });
});

describe("predictOutputs", () => {
  it("gives the logits of every row, those without a label and those that fill up the batch too", async () => {
    const model = createModel(arch, { kind: "classifier", labels }, 5);
    const unlabelled = batches("sequential", examples.slice(0, 10).map(({ text }) => ({ text })));
    const rows = await predictOutputs(options.backend, model, [unlabelled.at(0), unlabelled.at(1)]);
    expect(rows.map((row) => row.length)).toEqual(Array.from({ length: 16 }, () => 2));
    expect(await predict(options.backend, model, [unlabelled.at(0), unlabelled.at(1)])).toEqual([]);
    const indices = await predict(options.backend, model, [batches("sequential", examples.slice(0, 10)).at(0)]);
    expect(rows.slice(0, 8).map(([no, yes]) => Number(yes! > no!))).toEqual(indices);
  });
});
