import { uniformArch } from "@bort/arch";
import { classificationBatches, firstEpoch, type Split, type TextExample, type TextTask, type Tokenizer, trainByteLevelBpe } from "@bort/data";
import { type Backend, referenceBackend } from "@bort/graph";
import { type Classifier, createModel, predictOutputs } from "@bort/nn";
import { beforeAll, describe, expect, it } from "vitest";
import { evaluateTask } from "./evaluate-task.js";
import { predictTask } from "./predict-task.js";
import { pearsonCorrelation } from "./tasks/correlation.js";

let tokenizer: Tokenizer;
beforeAll(async () => {
  tokenizer = await trainByteLevelBpe(["a good film", "a bad film"], { vocabSize: 262 });
});

const dev: readonly TextExample[] = ["a good film", "a bad film", "good", "bad", "film"].map((text, i) => ({ text, label: i < 4 ? "yes" : "no" }));
const task: TextTask = {
  name: "Films", kind: "classification", labels: ["no", "yes"], metrics: ["accuracy", "matthews"], splits: ["dev", "test"],
  examples: async (split: Split) => (split === "test" ? [{ text: "a film" }] : dev),
};

/** A classifier whose last bias decides alone: it always answers `answer`. */
function constant(labels: readonly string[], answer: string): Classifier {
  const arch = uniformArch({ depth: 1, heads: 1, hidden: 4, intermediate: 4, vocabSize: tokenizer.vocabSize, positions: 16, padTokenId: tokenizer.special.pad });
  const model = createModel(arch, { kind: "classifier", labels } as const, 0);
  model.parameters.view("classifier.output.bias")[labels.indexOf(answer)] = 100;
  return model;
}

/** A classifier with fresh parameters, whose outputs differ from text to text. */
function freshClassifier(labels: readonly string[]): Classifier {
  const { arch } = constant(["no", "yes"], "yes");
  return createModel(arch, { kind: "classifier", labels } as const, 3, 1);
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

  it("predicts a split without labels", async () => {
    const model = constant(["yes", "no"], "yes");
    const { examples, predictions } = await predictTask({ backend: referenceBackend(), model, tokenizer, task, directory: "", split: "test" });
    expect([examples, predictions]).toEqual([[{ text: "a film" }], ["yes"]]);
  });

  it("chooses the option of each question that is likeliest right, by the model's own order of labels", async () => {
    const options = ["a good film", "a bad film", "good", "bad film"].map((text, i) => ({ text, group: String(i >> 1), label: i % 2 === 0 ? "yes" : "no" }));
    const choice: TextTask = { ...task, kind: "choice", positive: "yes", metrics: ["accuracy"], examples: async () => options };
    for (const labels of [["no", "yes"], ["yes", "no"]]) {
      const model = freshClassifier(labels);
      const given = { backend: referenceBackend(), model, tokenizer, task: choice, directory: "", batchSize: 3 };
      const { predictions } = await predictTask(given);
      const logits = await predictOutputs(given.backend, model, firstEpoch(classificationBatches(options, { ...given, labels, maxLength: 16, seed: 0, order: "sequential" })));
      const yes = labels.indexOf("yes");
      predictions.forEach((prediction, i) => expect(prediction).toBeCloseTo(logits[i]![yes]! - logits[i]![1 - yes]!, 5));
      const right = [0, 2].filter((first) => predictions[first]! >= predictions[first + 1]!).length / 2;
      expect((await evaluateTask(given)).metrics).toEqual({ accuracy: right });
    }
  });

  it("scores values, and says so where all are the same", async () => {
    const valued: TextTask = { ...task, kind: "regression", labels: [], metrics: ["pearson", "spearman"], examples: async () => dev.map(({ text }, i) => ({ text, value: i })) };
    const given = { backend: referenceBackend(), model: freshClassifier([]), tokenizer, task: valued, directory: "", batchSize: 2 };
    const { predictions } = await predictTask(given);
    expect(new Set(predictions).size).toBe(5);
    expect((await evaluateTask(given)).metrics.pearson).toBeCloseTo(pearsonCorrelation(predictions as number[], [0, 1, 2, 3, 4]), 12);
    const flat = freshClassifier([]);
    flat.parameters.view("classifier.output.weight").fill(0);
    await expect(evaluateTask({ ...given, model: flat })).rejects.toMatchObject({ code: "bench/undefined-metric" });
    await expect(evaluateTask({ ...given, model: constant(["no", "yes"], "yes") })).rejects.toMatchObject({ code: "bench/other-labels" });
  });

  it("ends between two batches with the signal's reason", async () => {
    const leaving = new AbortController();
    const reference = referenceBackend();
    let runs = 0;
    const backend: Backend = {
      ...reference,
      compile: async (graph) => {
        const program = await reference.compile(graph);
        const run: typeof program.run = (feeds, into) => {
          if (++runs === 2) leaving.abort(new Error("enough"));
          return program.run(feeds, into);
        };
        return { ...program, run };
      },
    };
    const given = { model: constant(["no", "yes"], "yes"), tokenizer, task, directory: "", batchSize: 1, signal: leaving.signal };
    await expect(evaluateTask({ ...given, backend })).rejects.toThrow("enough");
    expect(runs).toBe(2); // Of five batches.
  });

  it("refuses a split without labels and a classifier of other classes", async () => {
    await expect(score(constant(["no", "yes"], "yes"), "test")).rejects.toMatchObject({ code: "bench/no-labels" });
    await expect(score(constant(["no", "yes", "maybe"], "yes"))).rejects.toMatchObject({ code: "bench/other-labels" });
  });
});
