import { flops, matrixParameters, parameterCount, schubertArch } from "@bort/arch";
import { modelParameters } from "@bort/nn";
import { sizeOf } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { randomArch } from "../../arch/src/random-arch.js";
import { betas } from "./betas.js";
import { countObjective, flopsObjective, headCounting, parameterObjective } from "./objective.js";
import { archWithout, tiedHiddenUnits, unitVectors } from "./unit-vectors.js";

const base = schubertArch();

describe("parameterObjective", () => {
  it("counts, with the options of a head, every parameter that a model has", () => {
    for (let seed = 0; seed < 80; seed++) {
      const arch = randomArch(seed);
      for (const head of [{ kind: "mlm" }, { kind: "classifier", labels: ["no", "yes", "maybe"] }, { kind: "classifier", labels: [] }] as const) {
        const elements = modelParameters(arch, head).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
        expect(parameterObjective(headCounting(head)).measure(arch)).toBe(elements);
      }
    }
  });

  it("counts as schuBERT does where it is asked to", () => {
    const sizes = [768, 544, 466, 390, 304, 234].map((hidden) => parameterObjective({ accounting: "schubert-paper" }).measure(schubertArch({ hidden })) as number);
    expect(sizes.map((size) => (size / 1e6).toFixed(2))).toEqual(["109.48", "77.45", "66.32", "55.48", "43.23", "33.28"]);
  });
});

describe.each([
  ["parameterObjective", parameterObjective({ heads: { mlm: {} } })],
  ["flopsObjective", flopsObjective({ sequence: 7 })],
])("the unit costs of %s", (_, objective) => {
  it("are what the value falls by without the unit, for every vector of any architecture", async () => {
    for (let seed = 0; seed < 60; seed++) {
      const arch = randomArch(seed);
      const costs = await objective.unitCosts(arch);
      const vectors = unitVectors(arch);
      expect(Object.keys(costs)).toEqual(vectors.map(({ name }) => name));
      for (const { name, size, dimension } of vectors) {
        if (size === (dimension === "h" ? Math.max(1, tiedHiddenUnits(arch)) : 1)) continue;
        expect(costs[name], `${name}, seed ${seed}`).toBe((await objective.measure(arch)) - (await objective.measure(archWithout(arch, { [name]: 1 }))));
      }
    }
  });
});

describe("the settings of an objective", () => {
  it("tell counts of one name apart", () => {
    const settings = [
      parameterObjective(), parameterObjective({ heads: { mlm: {} } }), parameterObjective({ accounting: "schubert-paper" }), flopsObjective({ sequence: 128 }), flopsObjective({ sequence: 512 }),
      countObjective({ name: "layers", unit: "layers", settings: { of: "all" }, measure: ({ layers }) => layers.length }),
    ].map((objective) => JSON.stringify(objective.settings));
    expect(new Set(settings).size).toBe(6);
    expect(countObjective({ name: "layers", unit: "layers", measure: ({ layers }) => layers.length }).settings).toEqual({});
  });
});

describe("betas", () => {
  it("are schuBERT's for BERT-base where matrices are counted as it counts them", async () => {
    const matrices = (heads: object): ReturnType<typeof countObjective> =>
      countObjective({ name: "matrices", unit: "parameters", measure: (arch) => matrixParameters(arch, { heads }) });
    const { h, ...inLayers } = await betas(base, matrices({}));
    expect(h!.toFixed(4)).toBe("0.7177");
    expect((await betas(base, matrices({ mlm: {} })))["h"]!.toFixed(4)).toBe("0.7256");
    const exact: Record<string, number> = { a: 1, k: 0.09375, v: 0.09375, f: 0.0078125 };
    expect(Object.keys(inLayers)).toHaveLength(48);
    for (const [name, beta] of Object.entries(inLayers)) expect(beta, name).toBe(exact[name.at(-1)!]);
  });

  it("are those of the objective: biases and attention products count, and heads are the dearest", async () => {
    const ofParameters = await betas(base, parameterObjective());
    expect(ofParameters["layers.4.k"]).toBe((2 * 12 * 769) / (4 * 768 * 64 + 3 * 64));
    const ofFlops = await betas(base, flopsObjective({ sequence: 128 }));
    expect(ofFlops["layers.4.k"]).toBe((12 * (2 * 768 + 128)) / (64 * (4 * 768 + 2 * 128)));
    expect(ofFlops["h"]).toBe((flops(base, { sequence: 128 }).total - flops({ ...base, hiddenSize: 767 }, { sequence: 128 }).total) / (2 * 128 * 64 * (4 * 768 + 2 * 128)));
  });

  it("are relative to the dearest head of all layers", async () => {
    const costs = await betas(schubertArch({ heads: [2, 2], valueSize: [64, 32] }), parameterObjective());
    expect([costs["layers.0.a"], costs["layers.1.a"]]).toEqual([1, (2 * 64 * 769 + 32 * (769 + 768)) / (3 * 64 * 769 + 64 * 768)]);
  });

  it("are relative to the dearest unit where heads cost nothing, and nothing where no unit costs anything", async () => {
    const arch = schubertArch({ layers: 2, hidden: 8, heads: 2, keySize: 4, valueSize: 4, intermediateSize: 16, frame: { vocabSize: 20, positions: 8 } });
    const innerUnits = countObjective({ name: "inner units", unit: "units", measure: ({ layers }) => 4 * layers[0]!.intermediateSize + layers[1]!.intermediateSize });
    const { "layers.0.f": first, "layers.1.f": second, ...others } = await betas(arch, innerUnits);
    expect([first, second, ...Object.values(others)]).toEqual([1, 0.25, ...Object.keys(others).map(() => 0)]);
    expect(Object.values(await betas(arch, countObjective({ name: "nothing", unit: "units", measure: () => 5 })))).toEqual(unitVectors(arch).map(() => 0));
  });

  it("are the printed ones by name, for layers with parameters of their own", async () => {
    const arch = { ...schubertArch({ layers: 3 }), sharing: [0, 1, 0] };
    expect(await betas(arch, "printed")).toEqual({
      h: 0.73, ...Object.fromEntries([0, 1].flatMap((layer) => Object.entries({ a: 1, k: 0.093, v: 0.093, f: 0.0078 }).map(([letter, beta]) => [`layers.${layer}.${letter}`, beta]))),
    });
  });

  it("say of the whole network what the count says", async () => {
    const costs = await parameterObjective().unitCosts(base);
    const feedForwards = Object.entries(costs).filter(([name]) => name.endsWith(".f")).reduce((sum, [, cost]) => sum + cost * 3071, 0);
    expect(parameterCount(base).total - feedForwards).toBe(parameterCount(schubertArch({ intermediateSize: 1 })).total);
  });
});
