import { parameterCount, uniformArch } from "@bort/arch";
import { random } from "@bort/data";
import { parameter, referenceBackend } from "@bort/graph";
import { type Model, type ModelHead, fingerprint } from "@bort/nn";
import { describe, expect, it } from "vitest";
import { randomArch } from "../../arch/src/random-arch.js";
import { cutModel } from "./cut-model.js";
import { alphaName, foldAlphas } from "./fold-alphas.js";
import { prunableGraph } from "./prunable-graph.js";
import { drawKept, gates, lossIn64, testBatch, testLoss, testModel } from "./test-pruning.js";
import { type Dimension, type KeptUnits, type UnitValues, dimensions, tiedHiddenUnits, unitVectors } from "./unit-vectors.js";

const heads: readonly ModelHead[] = [{ kind: "mlm" }, { kind: "classifier", labels: ["no", "yes", "maybe"] }];

/** The loss, in float64, of the model with prunable parameters in its graph. */
function multipliedLoss(model: Model, alphas: UnitValues, batch: number): number {
  const nodes = Object.fromEntries(Object.entries(alphas).map(([name, { length }]) => [name, parameter(alphaName(name), [length])]));
  const feeds = Object.fromEntries(Object.entries(alphas).map(([name, values]) => [alphaName(name), values]));
  return lossIn64(prunableGraph(testLoss(model), model.arch, model.head, nodes), { ...model.parameters.views, ...testBatch(model, batch), ...feeds });
}

const ownLoss = (model: Model, batch: number): number => lossIn64(testLoss(model), { ...model.parameters.views, ...testBatch(model, batch) });

/** Stored in float32 is the factor of queries alone: where keys go, scores differ by its rounding. */
const exactness = (kept: KeptUnits): number => (Object.keys(kept).some((name) => name.endsWith(".k")) ? 1e-6 : 1e-12);

function expectSame(cut: number, multiplied: number, kept: KeptUnits): void {
  expect(Number.isFinite(multiplied)).toBe(true);
  expect(Math.abs(cut - multiplied)).toBeLessThan(exactness(kept) * (1 + Math.abs(multiplied)));
}

describe("cutModel", () => {
  it("computes what the network does in which units are zero, for every dimension, alone and together, in 200 architectures", () => {
    for (let seed = 0; seed < 200; seed++) {
      const model = testModel(randomArch(seed), heads[seed % 2]!, seed);
      const rng = random(seed, "dimensions");
      const pruned: readonly Dimension[] = seed % 6 < 5 ? [dimensions[seed % 6]!] : dimensions.filter((_, i) => i === seed % 5 || rng.uniform() < 0.6);
      const kept = drawKept(model.arch, unitVectors(model.arch, pruned), seed);
      expectSame(ownLoss(cutModel(model, kept), seed), multipliedLoss(model, gates(model.arch, kept), seed), kept);
    }
  });

  it("is changed by each unit that goes: the zeros of the test above are in the network", () => {
    const model = testModel(uniformArch({ depth: 2, heads: 2, hidden: 8, intermediate: 12, vocabSize: 20, positions: 8 }), { kind: "mlm" }, 5);
    for (const { name, size } of unitVectors(model.arch)) {
      const without = { [name]: Array.from({ length: size - 1 }, (_, i) => i + 1) };
      expect(Math.abs(ownLoss(cutModel(model, without), 1) - ownLoss(model, 1)), name).toBeGreaterThan(1e-6);
    }
  });

  it("leaves no parameter masked: their number is that of the smaller architecture", () => {
    const model = testModel(uniformArch({ depth: 3, heads: 4, hidden: 16, intermediate: 24, vocabSize: 30, positions: 8 }), { kind: "mlm" }, 2);
    const { arch, parameters } = cutModel(model, { h: [0, 1, 5, 9, 10], "layers.0.a": [3], "layers.1.k": [0, 2], "layers.1.v": [1], "layers.2.f": [7, 8, 23] });
    expect(arch.hiddenSize).toBe(5);
    expect(arch.layers.map(({ heads: a, keySize, valueSize, intermediateSize }) => [a, keySize, valueSize, intermediateSize])).toEqual([[1, 4, 4, 24], [4, 2, 1, 24], [4, 4, 4, 3]]);
    expect(parameters.flat.length - paddingOf(parameters.layout)).toBe(parameterCount(arch, { heads: { mlm: {} } }).total);
    expect(parameters.flat.filter((value) => value === 0)).toHaveLength(paddingOf(parameters.layout));
  });

  it("takes units in the order given: a permutation computes the same", () => {
    const model = testModel(randomArch(7), { kind: "mlm" }, 3);
    const shuffled = Object.fromEntries(unitVectors(model.arch).map(({ name, size }) => {
      const tied = name === "h" ? tiedHiddenUnits(model.arch) : 0;
      return [name, [...Array.from({ length: tied }, (_, i) => i), ...Array.from({ length: size - tied }, (_, i) => size - 1 - i)]];
    }));
    const permuted = cutModel(model, shuffled);
    expect(ownLoss(permuted, 4)).toBeCloseTo(ownLoss(model, 4), 12);
    expect(fingerprint(permuted.parameters.flat)).not.toBe(fingerprint(model.parameters.flat));
  });

  it("leaves the given model as it was", () => {
    const model = testModel(randomArch(11), { kind: "mlm" }, 3);
    const before = fingerprint(model.parameters.flat);
    cutModel(model, drawKept(model.arch, unitVectors(model.arch), 1));
    expect(fingerprint(model.parameters.flat)).toBe(before);
  });

  it.each<[string, KeptUnits, string]>([
    ["a vector that is not there", { "layers.9.f": [0] }, "bad-units"],
    ["no unit", { "layers.0.f": [] }, "bad-units"],
    ["a unit beyond the last", { h: [0, 8] }, "bad-units"],
    ["a fraction", { h: [0.5] }, "bad-units"],
    ["a unit twice", { "layers.0.a": [1, 1] }, "bad-units"],
  ])("refuses %s", (_, kept, code) => {
    const model = testModel(uniformArch({ depth: 1, heads: 2, hidden: 8, intermediate: 12, vocabSize: 20, positions: 8 }), { kind: "mlm" }, 0);
    expect(() => cutModel(model, kept)).toThrow(expect.objectContaining({ code: `schubert-prune/${code}` }));
  });

  it("refuses to part hidden units from the columns of words that they are decoded by", () => {
    const arch = { ...uniformArch({ depth: 1, heads: 2, hidden: 8, intermediate: 12, vocabSize: 20, positions: 8 }), embedding: { kind: "wordProjected", size: 3, window: 1 } } as const;
    const model = testModel(arch, { kind: "mlm" }, 0);
    for (const h of [[0, 1, 4, 5], [0, 1], [0, 2, 1]]) expect(() => cutModel(model, { h })).toThrow(expect.objectContaining({ code: "schubert-prune/tied-units" }));
    expect(cutModel(model, { h: [0, 1, 2, 7, 5] }).arch.hiddenSize).toBe(5);
    expect(cutModel(model, { "layers.0.a": [1] }).arch.hiddenSize).toBe(8);
  });
});

describe("foldAlphas", () => {
  it("leaves a model without prunable parameters that computes the same, cut or not", async () => {
    for (let seed = 0; seed < 40; seed++) {
      const model = testModel(randomArch(seed), heads[seed % 2]!, seed);
      const kept = drawKept(model.arch, unitVectors(model.arch), seed);
      const rng = random(seed, "alphas");
      const alphas = Object.fromEntries(Object.entries(gates(model.arch, kept)).map(([name, values]) => [name, values.map((value) => value * (0.5 + rng.uniform()))]));
      const folded = await foldAlphas(referenceBackend(), model, alphas);
      const expected = multipliedLoss(model, alphas, seed);
      expect(Math.abs(ownLoss(cutModel(folded, kept), seed) - expected)).toBeLessThan(1e-5 * (1 + Math.abs(expected)));
    }
  });

  it("gives the model itself for no prunable parameters", async () => {
    const model = testModel(randomArch(3), { kind: "mlm" }, 3);
    expect(fingerprint((await foldAlphas(referenceBackend(), model, {})).parameters.flat)).toBe(fingerprint(model.parameters.flat));
  });
});

/** Elements that belong to no parameter. */
const paddingOf = ({ size, specs }: Model["parameters"]["layout"]): number => size - specs.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
