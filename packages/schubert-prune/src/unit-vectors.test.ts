import { presetNamed, sameArch, schubertArch, uniformArch } from "@bort/arch";
import { describe, expect, it } from "vitest";
import { archWith, parseDimensions, unitVectors } from "./unit-vectors.js";

const arch = uniformArch({ depth: 3, heads: 2, hidden: 8, intermediate: 12, vocabSize: 20, positions: 8 });

describe("unitVectors", () => {
  it("are schuBERT's prunable parameters, table 4: of BERT-base one vector of 768, and in each layer 12, 64, 64 and 3,072", () => {
    const vectors = unitVectors(presetNamed("bert-base-uncased"));
    expect(vectors).toHaveLength(1 + 4 * 12);
    expect(vectors.slice(0, 5).map(({ name, size }) => [name, size])).toEqual([["h", 768], ["layers.0.a", 12], ["layers.0.k", 64], ["layers.0.v", 64], ["layers.0.f", 3072]]);
  });

  it("are those of the dimensions asked for, and of layers that have parameters of their own", () => {
    expect(unitVectors({ ...arch, sharing: [0, 0, 2] }, ["f", "h"]).map(({ name }) => name)).toEqual(["h", "layers.0.f", "layers.2.f"]);
  });
});

describe("archWith", () => {
  it("gives layers that share parameters the sizes of the layer that has them", () => {
    const { hiddenSize, layers } = archWith({ ...arch, sharing: [0, 0, 2] }, { h: 5, "layers.0.f": 3, "layers.2.a": 1 });
    expect([hiddenSize, ...layers.map(({ heads, intermediateSize }) => [heads, intermediateSize])]).toEqual([5, [2, 3], [2, 3], [1, 12]]);
  });

  it("makes schuBERT's 43M network of BERT-base", () => {
    const base = presetNamed("bert-base-uncased");
    expect(sameArch(archWith(base, { h: 304 }), schubertArch({ hidden: 304 }))).toBe(true);
  });
});

describe("parseDimensions", () => {
  it.each([["all", "hakvf"], ["h", "h"], ["f,h", "hf"], ["kv", "kv"], [" a , f ", "af"], ["ff", "f"]])("reads %j as %s", (text, letters) => {
    expect(parseDimensions(text).join("")).toBe(letters);
  });

  it.each(["x", "h,l", "", ",", "H"])("refuses %j", (text) => {
    expect(() => parseDimensions(text)).toThrow(expect.objectContaining({ code: "schubert-prune/unknown-dimension", message: expect.stringContaining("h, a, k, v, f") }));
  });
});
