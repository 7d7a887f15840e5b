import { uniformArch } from "@bort/arch";
import { type ClassificationBatch, classificationBatches, type TextExample } from "@bort/data";
import { referenceBackend } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { predict } from "./classification.js";
import { evaluateClassifier } from "./evaluate-classifier.js";
import { createModel } from "./model.js";
import { tinyTokenizer } from "./test-models.js";

const backend = referenceBackend();
const tokenizer = await tinyTokenizer();
const arch = uniformArch({ depth: 1, heads: 2, hidden: 8, intermediate: 8, vocabSize: 261, positions: 16, layerNormEps: 1e-5 });
const texts = ["a", "ab", "abb", "b", "ba"];
const batchesOf = (examples: readonly TextExample[], labels: readonly string[]): ClassificationBatch[] => {
  const batches = classificationBatches(examples, { tokenizer, labels, batchSize: 2, maxLength: 16, seed: 0, order: "sequential" });
  return Array.from({ length: batches.stepsPerEpoch }, (_, step) => batches.at(step));
};

describe("evaluateClassifier", () => {
  const labels = ["no", "yes"];
  const model = createModel(arch, { kind: "classifier", labels }, 5, 0.4);

  it("is the share of labelled rows that are right: neither those without a label count nor those that fill up a batch", async () => {
    const predicted = await predict(backend, model, batchesOf(texts.map((text) => ({ text, label: "no" })), labels));
    const examples = texts.map((text, i): TextExample => (i === 3 ? { text } : { text, label: labels[i === 0 ? 1 - predicted[i]! : predicted[i]!]! }));
    expect(await evaluateClassifier(backend, model, batchesOf(examples, labels))).toEqual({ accuracy: 3 / 4 });
  });

  it("is the mean squared error where the model gives a value", async () => {
    const ofValue = createModel(arch, { kind: "classifier", labels: [] }, 5, 0.4);
    const valued = batchesOf(texts.map((text, value) => ({ text, value })), []);
    const predicted = await predict(backend, ofValue, valued);
    const { meanSquaredError } = await evaluateClassifier(backend, ofValue, valued);
    expect(meanSquaredError).toBeCloseTo(predicted.reduce((sum, value, i) => sum + (value - i) ** 2, 0) / 5, 10);
  });

  it.each<[string, readonly ClassificationBatch[]]>([["no batch", []], ["batches without a label", batchesOf(texts.map((text) => ({ text })), labels)]])("refuses %s", async (_, batches) => {
    await expect(evaluateClassifier(backend, model, batches)).rejects.toMatchObject({ code: "nn/bad-option", message: expect.stringContaining("got none") });
  });
});
