import { uniformArch } from "@bort/arch";
import { onnxBackend } from "@bort/backend-onnx";
import { type MlmModel, createModel } from "@bort/nn";
import { spearmanCorrelation } from "@bort/predictors";
import { describe, expect, it } from "vitest";
import { chainBatches } from "../../nn/src/chain-batches.js";
import { analyseUnits } from "./analyse-units.js";
import { cutModel } from "./cut-model.js";
import { mlmTask } from "./mlm-task.js";
import { countObjective, flopsObjective, headCounting, parameterObjective } from "./objective.js";
import { testModel, toyTask } from "./test-pruning.js";
import { unitSlopes } from "./unit-slopes.js";
import { unitVectors } from "./unit-vectors.js";

const head: MlmModel["head"] = { kind: "mlm" };
const backend = await onnxBackend({ threads: 1 });
const arch = uniformArch({ depth: 2, heads: 3, hidden: 12, intermediate: 16, vocabSize: 17, positions: 8, layerNormEps: 1e-5 });

describe("analyseUnits of a trained network", () => {
  const shape = { batchSize: 32, sequenceLength: 8, maskedPerSequence: 2 };
  const validation = [0, 1, 2, 3].map((step) => chainBatches(17, shape, 7).at(step));
  const task = mlmTask({ backend, shape, train: chainBatches(17, shape, 1), validation, finetuning: { learningRate: 1e-2, evaluateEvery: 200 } });
  const lossOf = async (each: MlmModel): Promise<number> => (await task.evaluate(each))["validationLoss"]!;
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

  it("scores units as what is lost when they are really cut", async () => {
    const training = task.finetune(createModel(uniformArch({ depth: 2, heads: 3, hidden: 24, intermediate: 16, vocabSize: 17, positions: 8, layerNormEps: 1e-5 }), head, 1), { steps: 200, firstBatch: 0 });
    let next = await training.next();
    while (next.done !== true) next = await training.next();
    const model = next.value;
    const { vectors, cheapest } = await analyseUnits({ backend, model, task, batches: 16, firstBatch: 200, listed: Infinity });
    const whole = await lossOf(model);
    const cut: { readonly magnitude: number; readonly lost: number; readonly lostPerCost: number }[] = []; // Every third unit, from the cheapest to the dearest.
    for (const { vector, unit, score, cost } of cheapest.filter((_, i) => i % 3 === 0)) {
      const { size } = vectors.find(({ name }) => name === vector)!;
      const lost = (await lossOf(cutModel(model, { [vector]: Array.from({ length: size }, (_, i) => i).filter((each) => each !== unit) }))) - whole;
      cut.push({ magnitude: score * cost, lost, lostPerCost: lost / cost });
    }
    expect(spearmanCorrelation(cut.map(({ magnitude }) => magnitude), cut.map(({ lost }) => lost))).toBeGreaterThan(0.5);
    const perCost = cut.map(({ lostPerCost }) => lostPerCost);
    expect(mean(perCost.slice(perCost.length >> 1))).toBeGreaterThan(2 * mean(perCost.slice(0, perCost.length >> 1)));
  }, 60_000);
});

describe("analyseUnits", () => {
  const model = testModel(arch, head, 3);
  const task = toyTask(arch, chainBatches, { backend });

  it("divides magnitudes of slopes by what a unit costs, for every unit of the dimensions asked for", async () => {
    const vectors = unitVectors(arch, ["a", "f"]);
    const objective = flopsObjective({ sequence: 6 });
    const [{ magnitude }, costs] = [await unitSlopes({ backend, model, task, vectors, batches: 2 }), await objective.unitCosts(arch)];
    const analysis = await analyseUnits({ backend, model, task, batches: 2, dimensions: ["a", "f"], objective, listed: 7 });
    expect(analysis.vectors.map(({ name, size }) => [name, size])).toEqual(vectors.map(({ name, size }) => [name, size]));
    for (const { name, cost, magnitudes, scores } of analysis.vectors) {
      expect([cost, magnitudes]).toEqual([costs[name], [...magnitude[name]!]]);
      scores.forEach((score, unit) => expect(score * cost).toBeCloseTo(magnitudes[unit]!, 12));
    }
    const all = analysis.vectors.flatMap(({ scores }) => scores).sort((a, b) => a - b);
    expect(analysis.cheapest.map(({ score }) => score)).toEqual(all.slice(0, 7));
    for (const { vector, unit, score } of analysis.cheapest) expect(analysis.vectors.find(({ name }) => name === vector)!.scores[unit]).toBe(score);
    expect(JSON.parse(JSON.stringify(analysis))).toEqual(analysis);
  });

  it("costs parameters of the model with its head unless told, and lists twenty units", async () => {
    const { vectors, cheapest } = await analyseUnits({ backend, model, task, batches: 1 });
    expect(Object.fromEntries(vectors.map(({ name, cost }) => [name, cost]))).toEqual(await parameterObjective(headCounting(head)).unitCosts(arch));
    expect(cheapest).toHaveLength(20);
  });

  it("lists no hidden unit that is tied to the words, because it cannot go", async () => {
    const tied = { ...arch, hiddenSize: 16, embedding: { kind: "wordProjected", size: 10, window: 1 } } as const;
    const { vectors, cheapest } = await analyseUnits({ backend, model: testModel(tied, head, 4), task: toyTask(tied, chainBatches, { backend }), batches: 1, dimensions: ["h"], listed: Infinity });
    expect(vectors[0]!.scores).toHaveLength(16);
    expect(cheapest.map(({ unit }) => unit).sort((a, b) => a - b)).toEqual([10, 11, 12, 13, 14, 15]);
  });

  it("leaves out vectors whose units cost nothing, so that all scores are numbers, and refuses where none costs anything", async () => {
    const inner = countObjective({ name: "inner units", unit: "units", measure: ({ layers }) => 2 * layers[0]!.intermediateSize + layers[1]!.intermediateSize });
    const { vectors, cheapest } = await analyseUnits({ backend, model, task, batches: 1, objective: inner, listed: Infinity });
    expect(vectors.map(({ name, cost }) => [name, cost])).toEqual([["layers.0.f", 2], ["layers.1.f", 1]]);
    expect([cheapest.length, cheapest.every(({ score }) => Number.isFinite(score))]).toEqual([32, true]);
    await expect(analyseUnits({ backend, model, task, batches: 1, objective: inner, dimensions: ["h", "a"] }))
      .rejects.toMatchObject({ code: "schubert-prune/bad-option", message: expect.stringContaining("those of h, a cost nothing") });
  });
});
