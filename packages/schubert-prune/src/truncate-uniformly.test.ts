import { type EncoderArch, parameterCount, schubertArch, uniformArch } from "@bort/arch";
import { random } from "@bort/data";
import { sizeOf } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { randomArch } from "../../arch/src/random-arch.js";
import { flopsObjective, headCounting, parameterObjective } from "./objective.js";
import { testModel } from "./test-pruning.js";
import { truncateUniformly } from "./truncate-uniformly.js";
import { type TruncationOptions } from "./truncation.js";
import { type UnitValues, type UnitVector, archWith, dimensions, tiedHiddenUnits, unitVectors } from "./unit-vectors.js";

const drawValues = (vectors: readonly UnitVector[], seed: number): UnitValues =>
  Object.fromEntries(vectors.map(({ name, size }) => [name, Float32Array.from({ length: size }, (_, i) => random(seed, name, i).normal())]));

const leastOf = (arch: EncoderArch, { dimension }: UnitVector): number => (dimension === "h" ? Math.max(1, tiedHiddenUnits(arch)) : 1);

/** Every network that one factor makes. */
function family(arch: EncoderArch, vectors: readonly UnitVector[]): EncoderArch[] {
  const factors = [0, ...new Set(vectors.flatMap(({ size }) => Array.from({ length: size }, (_, i) => (i + 0.5) / size)))].map((edge) => edge + 1e-9);
  return factors.map((factor) => archWith(arch, Object.fromEntries(vectors.map((vector) => [vector.name, Math.max(leastOf(arch, vector), Math.round(factor * vector.size))]))));
}

/** A case with the values that its target could have. */
function drawCase(seed: number): TruncationOptions & { readonly vectors: readonly UnitVector[]; readonly reached: readonly number[] } {
  const arch = randomArch(seed);
  const rng = random(seed, "uniform");
  const vectors = unitVectors(arch, dimensions.filter((letter) => letter === "f" || rng.uniform() < 0.5));
  const objective = seed % 2 === 0 ? parameterObjective(headCounting({ kind: "mlm" })) : flopsObjective({ sequence: 6 });
  const reached = family(arch, vectors).map((member) => objective.measure(member) as number);
  const [least, whole] = [Math.min(...reached), Math.max(...reached)];
  return { arch, values: drawValues(vectors, seed), objective, target: least + (whole - least) * rng.uniform(), vectors, reached };
}

describe("truncateUniformly", () => {
  it("makes the largest network of one factor that meets the target", async () => {
    for (let seed = 0; seed < 60; seed++) {
      const { reached, vectors, ...options } = drawCase(seed);
      const { arch, value, removed } = await truncateUniformly(options);
      expect(value, `seed ${seed}`).toBe(Math.max(...reached.filter((each) => each <= options.target)));
      expect(value).toBe(options.objective.measure(arch));
      expect(arch).toEqual(archWith(options.arch, Object.fromEntries(vectors.map(({ name, size }) => [name, size - (removed[name] ?? 0)]))));
      const after = new Map(unitVectors(arch).map(({ name, size }) => [name, size]));
      const bounds = vectors.map((vector): [number, number] => {
        const size = after.get(vector.name)!;
        return [size === leastOf(options.arch, vector) ? 0 : (size - 0.5) / vector.size, (size + 0.5) / vector.size];
      });
      expect(Math.max(...bounds.map(([low]) => low)), "one factor for all").toBeLessThanOrEqual(Math.min(...bounds.map(([, high]) => high)));
    }
  });

  it("keeps of each vector what is worth most, whatever other vectors are worth", async () => {
    for (let seed = 0; seed < 30; seed++) {
      const { reached, vectors, ...options } = drawCase(seed);
      const { kept } = await truncateUniformly(options);
      const scaled = Object.fromEntries(Object.entries(options.values).map(([name, values], i) => [name, values.map((value) => value * 10 ** (i % 5))]));
      expect((await truncateUniformly({ ...options, values: scaled })).kept).toEqual(kept);
      for (const vector of vectors) {
        const worth = Array.from(options.values[vector.name]!, Math.abs);
        const tied = vector.dimension === "h" ? tiedHiddenUnits(options.arch) : 0;
        const stay = new Set(kept[vector.name]);
        const free = [...worth.keys()].filter((unit) => unit >= tied);
        const gone = free.filter((unit) => !stay.has(unit)).map((unit) => worth[unit]!);
        expect(Math.max(0, ...gone)).toBeLessThanOrEqual(Math.min(Infinity, ...free.filter((unit) => stay.has(unit)).map((unit) => worth[unit]!)));
      }
    }
  });

  it("leaves layers alike that were alike: BERT-base at schuBERT's sizes", async () => {
    const arch = schubertArch();
    const values = drawValues(unitVectors(arch), 1);
    const objective = parameterObjective({ accounting: "schubert-paper" });
    for (const target of [99e6, 66e6, 43e6]) {
      const { arch: { hiddenSize, layers }, value } = await truncateUniformly({ arch, values, objective, target });
      expect(new Set(layers.map((layer) => JSON.stringify(layer))).size).toBe(1);
      const { heads, keySize, valueSize, intermediateSize } = layers[0]!;
      const factor = hiddenSize / 768;
      for (const [size, whole] of [[heads, 12], [keySize, 64], [valueSize, 64], [intermediateSize, 3072]] as const) expect(Math.abs(size - factor * whole)).toBeLessThan(0.5 + whole / 768);
      expect(value).toBeLessThanOrEqual(target);
      expect(value).toBeGreaterThan(0.93 * target); // A head in every layer at once is the coarsest step.
    }
  });

  it("cuts a model to the parameters that it says", async () => {
    const model = testModel(uniformArch({ depth: 3, heads: 4, hidden: 16, intermediate: 24, vocabSize: 30, positions: 8 }), { kind: "mlm" }, 2);
    const objective = parameterObjective(headCounting(model.head));
    const { cut, arch, value } = await truncateUniformly({ arch: model.arch, values: drawValues(unitVectors(model.arch), 4), objective, target: 0.5 * parameterCount(model.arch).total });
    expect(cut(model).arch).toEqual(arch);
    expect(cut(model).parameters.specs.reduce((sum, { shape }) => sum + sizeOf(shape), 0)).toBe(value);
  });

  it("says what it reaches at the least", async () => {
    const arch = uniformArch({ depth: 2, heads: 2, hidden: 8, intermediate: 12, vocabSize: 20, positions: 8 });
    const least = parameterCount(archWith(arch, { "layers.0.f": 1, "layers.1.f": 1 })).total;
    const options = { arch, values: drawValues(unitVectors(arch, ["f"]), 1), objective: parameterObjective() };
    await expect(truncateUniformly({ ...options, target: least - 1 })).rejects.toMatchObject({ code: "schubert-prune/unreachable-target", message: expect.stringContaining(` ${least} parameters`) });
    await expect(truncateUniformly({ ...options, target: least })).resolves.toMatchObject({ value: least });
  });
});
