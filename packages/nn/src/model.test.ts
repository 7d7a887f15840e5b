import { presetNamed, uniformArch } from "@bort/arch";
import { describe, expect, it } from "vitest";
import { fingerprint } from "./fingerprint.js";
import { createModel, initialDeviation, withClassifier } from "./model.js";
import { encoderParameters } from "./parameter-spec.js";

const arch = uniformArch({ depth: 1, heads: 2, hidden: 8, intermediate: 12, vocabSize: 20, positions: 6 });

describe("withClassifier", () => {
  it.each([
    ["a masked language model", createModel(arch, { kind: "mlm" }, 1)],
    ["a classifier of as many labels", createModel(arch, { kind: "classifier", labels: ["yes", "no"] }, 1)],
    ["a classifier of more labels", createModel(arch, { kind: "classifier", labels: ["a", "b", "c"] }, 1)],
  ])("takes the encoder of %s and leaves its head", (_, model) => {
    const classifier = withClassifier(model, ["x", "y"], 2);
    expect(classifier.head).toEqual({ kind: "classifier", labels: ["x", "y"] });
    const encoderNames = new Set(encoderParameters(arch).map(({ name }) => name));
    const fresh = createModel(arch, classifier.head, 2).parameters;
    for (const { name } of classifier.parameters.specs) {
      expect(classifier.parameters.view(name), name).toEqual((encoderNames.has(name) ? model.parameters : fresh).view(name));
    }
    expect(classifier.parameters.view("embeddings.word")).not.toEqual(fresh.view("embeddings.word"));
  });

  it("is a copy", () => {
    const model = createModel(arch, { kind: "mlm" }, 1);
    const before = fingerprint(model.parameters.flat);
    withClassifier(model, ["x", "y"], 2).parameters.flat.fill(9);
    expect(fingerprint(model.parameters.flat)).toBe(before);
  });
});

describe("initialDeviation", () => {
  it("is BERT's at BERT's width and grows as 1 / sqrt(hidden)", () => {
    expect(initialDeviation(presetNamed("bert-base-uncased"))).toBe(0.02);
    expect(initialDeviation(presetNamed("bert-tiny"))).toBeCloseTo(0.02 * Math.sqrt(6), 12);
  });
});
