import { describe, expect, it } from "vitest";
import { type ArchErrorCode } from "./arch-error.js";
import { archFromJson, archToJson } from "./arch-json.js";
import { type EncoderArch } from "./encoder-arch.js";
import { randomArch } from "./random-arch.js";
import { uniformArch } from "./uniform-arch.js";

const plain = uniformArch({ depth: 12, heads: 4, hidden: 64, intermediate: 128, vocabSize: 1000, positions: 128, padTokenId: 1 });
const throughText = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("archToJson", () => {
  it("writes equal layers as one run", () => {
    expect(JSON.stringify(archToJson(plain))).toMatchInlineSnapshot(
      `"{"format":"bort-arch","version":1,"vocabSize":1000,"positions":128,"positionOffset":0,"tokenTypes":0,"hiddenSize":64,"layers":[{"count":12,"heads":4,"keySize":16,"valueSize":16,"intermediateSize":128}],"activation":"gelu","layerNormEps":1e-12,"pooler":false,"padTokenId":1}"`,
    );
  });

  it("starts a run where a layer differs, be it in a default that is spelt out", () => {
    const [layer] = plain.layers;
    const layers = [layer!, { ...layer! }, { ...layer!, heads: 2 }, layer!, { ...layer!, feedForwards: 1 }];
    const json = archToJson({ ...plain, layers });
    expect(json.layers.map(({ count }) => count)).toEqual([2, 1, 1, 1]);
    expect(archFromJson(throughText(json))).toEqual({ ...plain, layers });
  });

  it("refuses an unsound architecture", () => {
    expect(() => archToJson({ ...plain, layers: [] })).toThrow(expect.objectContaining({ code: "arch/bad-size" }));
  });
});

describe("archFromJson", () => {
  it("gives back every field of architectures of every kind", () => {
    for (let seed = 0; seed < 300; seed++) {
      const arch = randomArch(seed);
      expect(archFromJson(throughText(archToJson(arch))), `seed ${seed}`).toStrictEqual(arch);
    }
  });

  const json = archToJson(plain);
  const [run] = json.layers;
  const bottled: EncoderArch = { ...plain, layers: plain.layers.map((layer) => ({ ...layer, width: 32 })), bottleneck: { kind: "linear", merged: true } };

  it.each(Object.keys(json).filter((key) => key !== "padTokenId" && key !== "format" && key !== "version"))("asks for %s", (key) => {
    expect(() => archFromJson({ ...json, [key]: undefined })).toThrow(expect.objectContaining({ code: "arch/missing-field" }));
    expect(() => archFromJson({ ...json, [key]: undefined })).toThrow(`needs "${key}"`);
  });

  it.each(["count", "heads", "keySize", "valueSize", "intermediateSize"])("asks for %s of a layer", (key) => {
    expect(() => archFromJson({ ...json, layers: [{ ...run, [key]: undefined }] })).toThrow(expect.objectContaining({ code: "arch/missing-field" }));
  });

  it.each(["vocabSize", "positions", "positionOffset", "tokenTypes", "hiddenSize", "padTokenId"])("refuses a %s that is no size", (key) => {
    for (const value of [-1, 1.5, Number.NaN, 1e12, "4", null, [4], true]) {
      expect(() => archFromJson({ ...json, [key]: value })).toThrow(expect.objectContaining({ name: "ArchError", code: "arch/bad-size" }));
    }
  });

  it.each<[string, unknown, ArchErrorCode]>([
    ["a text", JSON.stringify(json), "arch/bad-config"],
    ["null", null, "arch/bad-config"],
    ["a list", [json], "arch/bad-config"],
    ["another format", { ...json, format: "bort" }, "arch/bad-config"],
    ["a later version", { ...json, version: 2 }, "arch/bad-config"],
    ["an unknown key", { ...json, experts: 8 }, "arch/unknown-key"],
    ["a key of every object", JSON.parse(JSON.stringify(json).replace("{", '{"__proto__":{"pooler":true},')), "arch/unknown-key"],
    ["an unknown key of a layer", { ...json, layers: [{ ...run, experts: 8 }] }, "arch/unknown-key"],
    ["layers that are no list", { ...json, layers: run }, "arch/bad-config"],
    ["a layer that is no object", { ...json, layers: [12] }, "arch/bad-config"],
    ["no layer", { ...json, layers: [] }, "arch/bad-size"],
    ["a million runs", { ...json, layers: new Array(1e6).fill(run) }, "arch/bad-size"],
    ["a run of a million", { ...json, layers: [{ ...run, count: 1e6 }] }, "arch/bad-size"],
    ["runs of too many layers together", { ...json, layers: [{ ...run, count: 4000 }, { ...run, count: 97 }] }, "arch/bad-size"],
    ["sharing of a million", { ...json, sharing: new Array(1e6).fill(0) }, "arch/bad-size"],
    ["sharing with a layer above", { ...json, sharing: new Array(12).fill(1) }, "arch/bad-sharing"],
    ["sharing that is no list", { ...json, sharing: "all" }, "arch/bad-config"],
    ["another activation", { ...json, activation: "silu" }, "arch/bad-config"],
    ["another normalization", { ...json, normalization: "rmsNorm" }, "arch/bad-config"],
    ["an epsilon in quotes", { ...json, layerNormEps: "1e-12" }, "arch/bad-config"],
    ["an epsilon of 0", { ...json, layerNormEps: 0 }, "arch/bad-arch"],
    ["a pooler that is neither", { ...json, pooler: 1 }, "arch/bad-config"],
    ["an embedding that is no object", { ...json, embedding: 128 }, "arch/bad-config"],
    ["another embedding", { ...json, embedding: { kind: "hashed", size: 8 } }, "arch/bad-config"],
    ["an embedding without a size", { ...json, embedding: { kind: "projected" } }, "arch/missing-field"],
    ["an embedding with a window that it cannot have", { ...json, embedding: { kind: "projected", size: 8, window: 3 } }, "arch/unknown-key"],
    ["a window of 2", { ...json, embedding: { kind: "wordProjected", size: 8, window: 2 } }, "arch/bad-config"],
    ["another bottleneck", { ...json, bottleneck: { kind: "wide" } }, "arch/bad-config"],
    ["a bottleneck that does not say whether it is merged", { ...archToJson(bottled), bottleneck: { kind: "linear" } }, "arch/missing-field"],
    ["a bottleneck with a key of the other kind", { ...archToJson(bottled), bottleneck: { kind: "linear", merged: true, attentionInput: "shared" } }, "arch/unknown-key"],
    ["bottlenecks without widths", { ...json, bottleneck: { kind: "linear", merged: true } }, "arch/bad-bottleneck"],
  ])("refuses %s", (_, wrong, code) => {
    expect(() => archFromJson(wrong)).toThrow(expect.objectContaining({ name: "ArchError", code }));
  });
});
