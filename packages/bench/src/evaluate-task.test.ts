import { uniformArch } from "@bort/arch";
import { type Split, type TextExample, type TextTask, type Tokenizer, trainByteLevelBpe } from "@bort/data";
import { referenceBackend } from "@bort/graph";
import { type Classifier, createModel } from "@bort/nn";
import { beforeAll, describe, expect, it } from "vitest";
import { evaluateTask } from "./evaluate-task.js";

let tokenizer: Tokenizer;
beforeAll(async () => {
  tokenizer = await trainByteLevelBpe(["a good film", "a bad film"], { vocabSize: 262 });
});

const dev: readonly TextExample[] = ["a good film", "a bad film", "good", "bad", "film"].map((text, i) => ({ text, label: i < 4 ? "yes" : "no" }));
const task: TextTask = {
  name: "Films", labels: ["no", "yes"], metrics: ["accuracy", "matthews"],
  examples: async (split: Split) => (split === "test" ? [{ text: "a film" }] : dev),
};

/** A classifier whose last bias decides alone: it always answers `answer`. */
function constant(labels: readonly string[], answer: string): Classifier {
  const arch = uniformArch({ depth: 1, heads: 1, hidden: 4, intermediate: 4, vocabSize: tokenizer.vocabSize, positions: 16, padTokenId: tokenizer.special.pad });
  const model = createModel(arch, { kind: "classifier", labels } as const, 0);
  model.parameters.view("classifier.output.bias")[labels.indexOf(answer)] = 100;
  return model;
}

describe("evaluateTask", () => {
  const score = (model: Classifier, split?: Split): ReturnType<typeof evaluateTask> =>
    evaluateTask({ backend: referenceBackend(), model, tokenizer, task, directory: "", batchSize: 2, ...(split && { split }) });

  it("scores every example once, the last batch filled up or not", async () => {
    expect(await score(constant(["no", "yes"], "yes"))).toEqual({ task: "Films", split: "dev", examples: 5, metrics: { accuracy: 0.8, matthews: 0 } });
    expect((await score(constant(["no", "yes"], "no"))).metrics.accuracy).toBe(0.2);
  });

  it("goes by the names of the labels, not their order in the model", async () => {
    expect((await score(constant(["yes", "no"], "yes"))).metrics.accuracy).toBe(0.8);
  });

  it("refuses a split without labels and a classifier of other classes", async () => {
    await expect(score(constant(["no", "yes"], "yes"), "test")).rejects.toMatchObject({ code: "bench/no-labels" });
    await expect(score(constant(["no", "yes", "maybe"], "yes"))).rejects.toMatchObject({ code: "bench/other-labels" });
  });
});
