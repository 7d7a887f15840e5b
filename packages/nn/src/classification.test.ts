import { uniformArch } from "@bort/arch";
import { type ClassificationBatch, type TextExample, classificationBatches } from "@bort/data";
import { type Float64Feeds, evaluate, gradients, parametersOf } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { classificationFeeds, classificationLossGraph } from "./classification.js";
import { filledModel, tinyTokenizer } from "./test-models.js";

const tokenizer = await tinyTokenizer();
const labels = ["a", "b", "c"];
const arch = uniformArch({ depth: 1, heads: 2, hidden: 8, intermediate: 10, vocabSize: 261, positions: 20, layerNormEps: 1e-5 });
const model = filledModel(arch, { kind: "classifier", labels });
const hard: TextExample[] = ["ab", "b", "cab", "aa", "bc"].map((text, i) => ({ text, label: labels[i % 3]! }));
const soft = hard.map((example, i) => (i === 2 ? example : { ...example, distribution: { a: 0.5, b: i / 8, c: 0.5 - i / 8 } }));
const batchOf = (examples: readonly TextExample[], step: number): ClassificationBatch =>
  classificationBatches(examples, { tokenizer, labels, batchSize: 4, maxLength: 20, seed: 0, order: "sequential" }).at(step);

const { specs, views } = model.parameters;
/** The loss of a batch, and its gradient by every parameter that it depends on. */
function lossAndSlopes(batch: ClassificationBatch): { loss: (changed?: Float64Feeds) => number; slopes: ReadonlyMap<string, Float64Array> } {
  const graph = classificationLossGraph(model, 4, batch.length, { isSoft: batch.distributions !== undefined });
  const inputs = parametersOf(graph);
  const feeds = { ...views, ...classificationFeeds(batch, model.head) } as Float64Feeds;
  const names = specs.map(({ name }) => name).filter((name) => inputs.has(name));
  const slopes = evaluate(gradients(graph.loss, names.map((name) => inputs.get(name)!)), feeds);
  return { loss: (changed = {}) => evaluate([graph.loss], { ...feeds, ...changed })[0]![0]!, slopes: new Map(names.map((name, i) => [name, slopes[i]!])) };
}

describe("the loss of a classifier of soft labels", () => {
  it("equals that of labels where distributions are of one label alone, gradient included", () => {
    const whole = hard.map((example) => ({ ...example, distribution: { [example.label!]: 1 } }));
    for (const step of [0, 1]) { // The second has rows of weight 0.
      const [one, other] = [lossAndSlopes(batchOf(whole, step)), lossAndSlopes(batchOf(hard, step))];
      expect(one.loss()).toBeCloseTo(other.loss(), 10);
      for (const [name, slope] of one.slopes) slope.forEach((value, i) => expect(value, name).toBeCloseTo(other.slopes.get(name)![i]!, 6));
    }
  });

  it("has the gradient that central differences show", () => {
    const { loss, slopes } = lossAndSlopes(batchOf(soft, 0));
    expect(Math.abs(loss() - lossAndSlopes(batchOf(hard, 0)).loss())).toBeGreaterThan(1e-3);
    for (const [which, [name, slope]] of [...slopes].entries()) {
      const element = (7 * which) % slope.length;
      const at = (shift: number): number => loss({ [name]: Float64Array.from(views[name]!, (value, i) => (i === element ? value + shift : value)) });
      expect(slope[element], name).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 6);
    }
  });
});
