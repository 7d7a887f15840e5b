import { describe, expect, it } from "vitest";
import { type ParameterSpec, modelParameters } from "./parameter-spec.js";
import { ParameterStore, parameterNodes } from "./parameter-store.js";
import { unevenArch } from "./test-models.js";

const spec = (name: string, size: number, decay: boolean): ParameterSpec => ({ name, shape: [size], init: "normal", decay });

describe("ParameterStore", () => {
  it("has views on one buffer that do not overlap", () => {
    const store = new ParameterStore(modelParameters(unevenArch, { kind: "mlm" }));
    store.specs.forEach(({ name }, i) => store.view(name).fill(i + 1));
    store.specs.forEach(({ name }, i) => expect(new Set(store.view(name))).toEqual(new Set([i + 1])));
    const elements = Object.values(store.views).reduce((sum, { length }) => sum + length, 0);
    expect(store.flat.filter((value) => value !== 0)).toHaveLength(elements);
    expect(() => store.view("mlm.gain")).toThrow(expect.objectContaining({ code: "nn/missing-tensor" }));
  });

  it("begins with normal matrices of the asked deviation, gains of one and biases of zero", () => {
    const store = ParameterStore.initialized(modelParameters({ ...unevenArch, vocabSize: 5000 }, { kind: "mlm" }), 3, 0.5);
    const words = store.view("embeddings.word");
    const mean = words.reduce((sum, x) => sum + x, 0) / words.length;
    const variance = words.reduce((sum, x) => sum + (x - mean) ** 2, 0) / words.length;
    expect(Math.abs(mean)).toBeLessThan(0.01); // four standard errors
    expect(Math.abs(Math.sqrt(variance) - 0.5)).toBeLessThan(0.01);
    expect([...store.view("embeddings.norm.gain"), ...store.view("embeddings.norm.bias")]).toEqual([...Array<number>(8).fill(1), ...Array<number>(8).fill(0)]);
  });

  it("gives a parameter of the same name the same fresh values in another model, and others with another seed", () => {
    const fresh = (seed: number, vocabSize: number): ParameterStore => ParameterStore.initialized(modelParameters({ ...unevenArch, vocabSize }, { kind: "mlm" }), seed, 1);
    const name = "layers.1.feedForward.up.weight";
    expect(fresh(1, 100).view(name)).toEqual(fresh(1, 261).view(name));
    expect(fresh(1, 100).view(name)).not.toEqual(fresh(2, 100).view(name));
    expect(fresh(1, 100).view(name)).not.toEqual(fresh(1, 100).view("layers.0.feedForward.up.weight"));
  });
});

describe("parameterNodes", () => {
  it("gives one node a name, and none for another", () => {
    const nodes = parameterNodes([spec("a", 3, false)]);
    expect(nodes("a")).toBe(nodes("a"));
    expect(nodes("a")).toMatchObject({ op: "parameter", shape: [3] });
    expect(() => nodes("b")).toThrow(expect.objectContaining({ code: "nn/missing-tensor" }));
  });
});
