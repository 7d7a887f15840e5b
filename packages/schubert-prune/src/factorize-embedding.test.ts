import { parameterCount, uniformArch } from "@bort/arch";
import { onnxBackend } from "@bort/backend-onnx";
import { type MlmBatches, mlmBatches, random } from "@bort/data";
import { type MlmModel, type MlmShape, type Model, type ModelHead, createModel, fingerprint } from "@bort/nn";
import { describe, expect, it } from "vitest";
import { archKinds, logitsOf } from "../../nn/src/test-models.js";
import { type FactorizeEmbeddingOptions, factorizeEmbedding, factorizedAlong } from "./factorize-embedding.js";
import { mlmTask } from "./mlm-task.js";
import { headCounting } from "./objective.js";
import { principalDirections } from "./principal-directions.js";
import { testBatch, testLoss, testModel, toyTask } from "./test-pruning.js";

const backend = await onnxBackend({ threads: 1 });
const mlm = { kind: "mlm" } as const;
const classifier = { kind: "classifier", labels: ["no", "yes", "maybe"] } as const;
const hidden = 16;
const arch = uniformArch({ depth: 1, heads: 2, hidden, intermediate: 32, vocabSize: 33, positions: 8, layerNormEps: 1e-5 });
const shape = { batchSize: 16, sequenceLength: 8, maskedPerSequence: 2 };

/** Masked batches of a language whose words are of seven kinds, those of a sequence all of one; which word of its kind stands there is chance. */
function kindBatches(vocabSize: number, sizes: MlmShape, seed: number): MlmBatches {
  const rng = random(seed, "kinds");
  const special = { begin: 0, pad: 1, end: 2, unknown: 3, mask: 4 };
  const kinds = Array.from({ length: 64 }, () => rng.integer(7));
  const text = kinds.flatMap((kind) => Array.from({ length: sizes.sequenceLength }, () => 5 + kind + 7 * rng.integer((vocabSize - 5) / 7)));
  const tokens = { tokens: text.length, vocabSize, close: () => {}, read: (offset: number, count: number) => Int32Array.from(text.slice(offset, offset + count)) };
  return mlmBatches(tokens, { ...sizes, seed, tokenizer: { special, vocabSize } });
}

/** Options for a model of any head, on batches of random tokens. */
const onNoise = <H extends ModelHead>(model: Model<H>, size: number): FactorizeEmbeddingOptions<H> =>
  ({ backend, model, size, batches: 12, task: { loss: (own) => testLoss(own), batch: (index) => ({ feeds: testBatch(model, index), weight: 1, length: 5, tokens: 10 }) } });

/** Orthonormal directions without any preference. */
function randomDirections(count: number, seed: number): Float64Array[] {
  const rng = random(seed);
  const drawn = Array.from({ length: count }, () => Float64Array.from({ length: hidden }, () => rng.normal()));
  return principalDirections(Array.from({ length: hidden ** 2 }, (_, i) => drawn.reduce((sum, x) => sum + x[Math.floor(i / hidden)]! * x[i % hidden]!, 0)), hidden, count);
}

describe("factorizeEmbedding", () => {
  it("loses clearly less of a trained model than random directions do, and the less the wider", async () => {
    const validation = Array.from({ length: 8 }, (_, i) => kindBatches(arch.vocabSize, shape, 7).at(i));
    const task = mlmTask({ backend, shape, train: kindBatches(arch.vocabSize, shape, 1), validation, finetuning: { learningRate: 1e-2 } });
    const training = task.finetune(createModel(arch, mlm, 1), { steps: 250, firstBatch: 0 });
    let next = await training.next();
    while (next.done !== true) next = await training.next();
    const model = next.value;
    const lossOf = async (each: MlmModel): Promise<number> => (await task.evaluate(each))["validationLoss"]!;
    const [before, untrained] = [await lossOf(model), await lossOf(createModel(arch, mlm, 1))];
    expect(before).toBeLessThan(untrained - 1);
    const rises: number[] = [];
    for (const size of [4, 8, 12]) {
      const options = { backend, model, task, size, batches: 16 };
      const rise = (await lossOf(await factorizeEmbedding(options))) - before;
      const ofRandom = (await lossOf(await factorizedAlong(options, randomDirections(size, size)))) - before;
      expect(rise, `at ${size}, random ${ofRandom}`).toBeLessThan(0.75 * ofRandom);
      rises.push(rise);
    }
    expect(rises).toEqual(rises.toSorted((a, b) => b - a));
  });

  it.each(["layerNorm", "noNorm"] as const)("is exact for an encoder whose tables lie in fewer directions, with %s", async (normalization) => {
    const model = testModel({ ...arch, normalization }, classifier, 3);
    const directions = randomDirections(5, 1);
    const rng = random(4);
    for (const name of ["word", "position"]) {
      const table = model.parameters.view(`embeddings.${name}`);
      for (let row = 0; row < table.length; row += hidden) {
        const sums = directions.map(() => rng.normal());
        for (let j = 0; j < hidden; j++) table[row + j] = directions.reduce((sum, direction, k) => sum + sums[k]! * direction[j]!, 0);
      }
    }
    const ids = [[3, 14, 15, 9, 26], [5, 32, 8, 9, 7]];
    const before = logitsOf(model, { ids });
    const [enough, tooFew] = [logitsOf(await factorizeEmbedding(onNoise(model, 6)), { ids }), logitsOf(await factorizeEmbedding(onNoise(model, 4)), { ids })];
    for (const [i, logit] of before.entries()) expect(enough[i]).toBeCloseTo(logit, 3);
    expect(Math.max(...before.map((logit, i) => Math.abs(logit - tooFew[i]!)))).toBeGreaterThan(0.01);
  });

  it("gives a model with ALBERT's tables, leaves encoder layers and a classifier as they are, and the given model too", async () => {
    const model = testModel<ModelHead>(arch, classifier, 5);
    const before = fingerprint(model.parameters.flat);
    const factorized = await factorizeEmbedding(onNoise(model, 5));
    expect(factorized.arch).toEqual({ ...arch, embedding: { kind: "projected", size: 5 } });
    expect(factorized.parameters.specs.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)).toBe(parameterCount(factorized.arch, headCounting(classifier)).total);
    const untouched = model.parameters.specs.filter(({ name }) => !name.startsWith("embeddings."));
    for (const { name } of untouched) expect(factorized.parameters.view(name), name).toEqual(model.parameters.view(name));
    expect(fingerprint(model.parameters.flat)).toBe(before);
  });

  it.each(["gelu", "geluTanh", "relu"] as const)("gives an MLM head that is finite with %s, and its tables tied", async (activation) => {
    const model = testModel({ ...arch, activation }, mlm, 6);
    const factorized = await factorizeEmbedding({ backend, model, task: toyTask(arch, kindBatches, { backend }), size: 6, batches: 4 });
    expect(factorized.parameters.flat.every(Number.isFinite)).toBe(true);
    expect(factorized.parameters.specs.filter(({ name }) => name.startsWith("mlm.")).map(({ shape }) => shape)).toEqual([[6, hidden], [6], [6], [6], [33]]);
  });

  it.each([["with projected embeddings", 4], ["of MobileBERT", 4]])("refuses a model %s", async (kind, size) => {
    await expect(factorizeEmbedding(onNoise(testModel(archKinds[kind]!, mlm, 1), size))).rejects.toMatchObject({ code: "schubert-prune/factorized" });
  });

  it.each([[1, 4], [hidden, 4], [4.5, 4], [4, 0]])("refuses a size of %d, or %d batches", async (size, batches) => {
    await expect(factorizeEmbedding({ ...onNoise(testModel(arch, mlm, 1), size), batches })).rejects.toMatchObject({ code: "schubert-prune/bad-option" });
  });
});
