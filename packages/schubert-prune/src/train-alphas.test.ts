import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { uniformArch } from "@bort/arch";
import { onnxBackend } from "@bort/backend-onnx";
import { random } from "@bort/data";
import { evaluate, gradients, parameter } from "@bort/graph";
import { type MlmModel } from "@bort/nn";
import { afterAll, describe, expect, it } from "vitest";
import { randomArch } from "../../arch/src/random-arch.js";
import { chainBatches } from "../../nn/src/chain-batches.js";
import { alphaName } from "./fold-alphas.js";
import { hardConcrete } from "./penalty/hard-concrete.js";
import { l1 } from "./penalty/l1.js";
import { proximal } from "./penalty/proximal.js";
import { prunableGraph } from "./prunable-graph.js";
import { countingBackend, lossIn64, testBatch, testLoss, testModel, toyTask } from "./test-pruning.js";
import { type TrainAlphasOptions, type TrainedAlphas, balancedGamma, trainAlphas } from "./train-alphas.js";
import { unitSlopes } from "./unit-slopes.js";
import { dimensions, unitVectors } from "./unit-vectors.js";

const folder = mkdtempSync(join(tmpdir(), "schubert-"));
afterAll(() => rmSync(folder, { recursive: true }));
const backend = await onnxBackend({ threads: 1 });
const model = testModel(uniformArch({ depth: 2, heads: 2, hidden: 12, intermediate: 10, vocabSize: 30, positions: 8, layerNormEps: 1e-5 }), { kind: "mlm" }, 1);
const task = toyTask(model.arch, chainBatches);
const vectors = unitVectors(model.arch);
const betas = Object.fromEntries(vectors.map(({ name }, i) => [name, 1 + (i % 3)]));
const options: TrainAlphasOptions<MlmModel["head"]> = { backend, model, task, vectors, betas, steps: 6, gamma: 0.01 };

async function trained(changes: Partial<typeof options> = {}): Promise<TrainedAlphas & { readonly losses: number[] }> {
  const run = trainAlphas({ ...options, ...changes });
  const losses: number[] = [];
  for (;;) {
    const next = await run.next();
    if (next.done === true) return { ...next.value, losses };
    if (next.value.type === "step") losses.push(next.value.metrics["taskLoss"] ?? next.value.loss);
  }
}

describe("prunableGraph", () => {
  it("has the gradients by prunable parameters that central differences have", () => {
    for (const seed of [2, 5, 8, 14, 23]) {
      const own = testModel(randomArch(seed), { kind: "mlm" }, seed);
      const rng = random(seed, "alphas");
      const alphas = Object.fromEntries(unitVectors(own.arch).map(({ name, size }) => [alphaName(name), Float64Array.from({ length: size }, () => 0.5 + rng.uniform())]));
      const nodes = Object.fromEntries(unitVectors(own.arch).map(({ name, size }) => [name, parameter(alphaName(name), [size])]));
      const graph = prunableGraph(testLoss(own), own.arch, own.head, nodes);
      const feeds = { ...own.parameters.views, ...testBatch(own, seed) };
      const slopes = evaluate(gradients(graph.loss, Object.values(nodes)), { ...feeds, ...alphas });
      for (const [i, { name, size }] of unitVectors(own.arch).entries()) {
        const unit = rng.integer(size);
        const at = (value: number): number => lossIn64(graph, { ...feeds, ...alphas, [alphaName(name)]: alphas[alphaName(name)]!.with(unit, value) });
        const [value, step] = [alphas[alphaName(name)]![unit]!, 1e-5];
        expect(slopes[i]![unit], `${name} of architecture ${seed}`).toBeCloseTo((at(value + step) - at(value - step)) / (2 * step), 5);
      }
    }
  });
});

describe("trainAlphas", () => {
  it.each([l1(), proximal(), hardConcrete()])("lets gamma decide how small prunable parameters become: $name", async (penalty) => {
    const meanAt = async (gamma: number): Promise<number> => {
      const { alphas } = await trained({ penalty, gamma, steps: 20 });
      const all = Object.values(alphas).flatMap((values) => [...values]);
      expect(all.every(Number.isFinite)).toBe(true);
      return all.reduce((sum, value) => sum + Math.abs(value), 0) / all.length;
    };
    const [none, some, much] = [await meanAt(0), await meanAt(0.02), await meanAt(1)];
    expect(some).toBeLessThan(none);
    expect(much).toBeLessThan(some);
  });

  it("makes zeros by proximal gradient, and survives a gamma that empties every layer", async () => {
    const { alphas } = await trained({ penalty: proximal(), gamma: 10, steps: 20 });
    for (const { name } of vectors) expect(alphas[name]!.every((value) => value === 0), name).toBe(true);
  });

  it.each([l1(), proximal(), hardConcrete()])("takes a gamma however large: beyond some size it says nothing new: $name", async (penalty) => {
    const at = (gamma: number): ReturnType<typeof trained> => trained({ penalty, gamma, steps: 20 });
    const [large, larger, largest] = [await at(1e9), await at(1e16), await at(1e30)];
    expect(largest.gamma).toBe(1e30);
    expect([...largest.losses, ...Object.values(largest.worth).flatMap((values) => [...values])].every(Number.isFinite)).toBe(true);
    expect(largest.alphas).toEqual(larger.alphas);
    for (const { name } of vectors) for (const [unit, worth] of largest.worth[name]!.entries()) expect(worth).toBeCloseTo(large.worth[name]![unit]!, 4);
  });

  it("leaves the parameters of the model as they are", async () => {
    const before = model.parameters.flat.slice(0, 2000);
    await trained();
    expect(model.parameters.flat.slice(0, 2000)).toEqual(before);
  });

  it("shrinks at full speed what the network does without", async () => {
    const own = testModel(model.arch, model.head, 4);
    const down = own.parameters.view("layers.1.feedForward.down.weight"); // [hidden, intermediate]
    for (let row = 0; row < 12; row++) for (const unit of [2, 7]) down[row * 10 + unit] = 0;
    const { alphas } = await trained({ model: own, steps: 30, gamma: 0.05, vectors: unitVectors(own.arch, ["f"]) });
    for (const unit of [2, 7]) expect(alphas["layers.1.f"]![unit]).toBeCloseTo(1 - 30 * l1().learningRate(30), 4);
    expect(Math.max(...alphas["layers.1.f"]!)).toBeGreaterThan(0.8);
  });

  it.each([l1(), proximal(), hardConcrete()])("resumed, gives the same bits as uninterrupted: $name", async (penalty) => {
    const whole = await trained({ penalty });
    const checkpoint = { folder: join(folder, penalty.name), every: 100, resume: true };
    const controller = new AbortController();
    const first = trainAlphas({ ...options, penalty, checkpoint, signal: controller.signal });
    for (let next = await first.next(); next.done !== true; next = await first.next()) if (next.value.type === "step" && next.value.step === 3) controller.abort();
    const second = await trained({ penalty, checkpoint });
    expect(second.losses).toHaveLength(3);
    expect(second.alphas).toEqual(whole.alphas);
    await expect(trained({ penalty, checkpoint, gamma: 0.02 })).rejects.toMatchObject({ code: "nn/other-run" });
  });

  it.each([-1, Number.NaN, Infinity])("refuses a gamma of %d", async (gamma) => {
    await expect(trained({ gamma })).rejects.toMatchObject({ code: "schubert-prune/bad-option" });
  });
});

describe("unitSlopes", () => {
  it("is the mean over batches of the gradients at ones", async () => {
    const { mean, magnitude } = await unitSlopes({ backend, model, task, vectors, batches: 2 });
    const nodes = Object.fromEntries(vectors.map(({ name, size }) => [name, parameter(alphaName(name), [size])]));
    const graph = prunableGraph({ loss: task.loss(model, 6).loss }, model.arch, model.head, nodes);
    const ones = Object.fromEntries(vectors.map(({ name, size }) => [alphaName(name), new Float32Array(size).fill(1)]));
    const [first, second] = [0, 1].map((i) => evaluate(gradients(graph.loss, Object.values(nodes)), { ...model.parameters.views, ...task.batch(i, model).feeds, ...ones }));
    for (const [i, { name }] of vectors.entries()) {
      for (let unit = 0; unit < vectors[i]!.size; unit++) {
        const [a, b] = [first![i]![unit]!, second![i]![unit]!];
        expect(mean[name]![unit]).toBeCloseTo((a + b) / 2, 5);
        expect(magnitude[name]![unit]).toBeCloseTo((Math.abs(a) + Math.abs(b)) / 2, 5);
      }
    }
  });

  it("foretells what the loss rises by where a unit shrinks a little", async () => {
    const { mean } = await unitSlopes({ backend, model, task, vectors, batches: 1 });
    for (const dimension of dimensions) {
      const { name, size } = unitVectors(model.arch, [dimension])[0]!;
      const graph = prunableGraph(task.loss(model, 6), model.arch, model.head, { [name]: parameter(alphaName(name), [size]) });
      const lossAt = (value: number): number => lossIn64(graph, { ...model.parameters.views, ...task.batch(0, model).feeds, [alphaName(name)]: new Float64Array(size).fill(1).with(0, value) });
      expect(lossAt(0.999) - lossAt(1)).toBeCloseTo(-0.001 * mean[name]![0]!, 4);
    }
  });

  it("gives its programs back where whoever is told of a batch throws", async () => {
    const { backend: counting, counts } = countingBackend();
    const onBatch = (): void => { throw new Error("enough"); };
    await expect(unitSlopes({ backend: counting, model, task, vectors, batches: 3, onBatch })).rejects.toThrow("enough");
    expect([counts.compiled > 0, counts.held]).toEqual([true, 0]);
  });
});

describe("balancedGamma", () => {
  it("makes half of the units' slopes smaller than what they cost", async () => {
    const gamma = await balancedGamma({ backend, model, task, vectors, betas });
    const { mean } = await unitSlopes({ backend, model, task, vectors, batches: 4 });
    const all = vectors.flatMap(({ name }) => Array.from(mean[name]!, (slope) => Math.abs(slope) < gamma * betas[name]!));
    expect(Math.abs(all.filter(Boolean).length - all.length / 2)).toBeLessThanOrEqual(1);
  });

  it("asks neither units that cost nothing, nor those on which the loss does not depend", async () => {
    const free: Record<string, number> = { ...betas, "layers.0.a": 0, "layers.1.f": 0 };
    const own = testModel(model.arch, model.head, 4);
    for (const layer of [0, 1]) own.parameters.view(`layers.${layer}.feedForward.down.weight`).fill(0);
    const balanced = (changes: Partial<typeof options>): Promise<number> => balancedGamma({ ...options, ...changes });
    const costly = vectors.filter(({ name }) => free[name] !== 0);
    expect((await balanced({ betas: free })) / (await balanced({ vectors: costly }))).toBeCloseTo(1, 4);
    const [heads, inner] = [unitVectors(model.arch, ["a"]), unitVectors(model.arch, ["f"])];
    expect((await balanced({ model: own, vectors: [...heads, ...inner] })) / (await balanced({ model: own, vectors: heads }))).toBeCloseTo(1, 4);
    const refusal = { code: "schubert-prune/bad-option", message: expect.stringContaining("give gamma") };
    await expect(balanced({ model: own, vectors: inner })).rejects.toMatchObject(refusal);
    await expect(balanced({ betas: Object.fromEntries(vectors.map(({ name }) => [name, 0])) })).rejects.toMatchObject(refusal);
  });
});
