import { describe, expect, it } from "vitest";
import { archOf, type ArchTuple } from "./arch-tuple.js";
import { type EncoderArch } from "./encoder-arch.js";
import { uniformArch } from "./uniform-arch.js";
import { flops, type FlopsOptions } from "./flops.js";
import { type Heads } from "./heads.js";
import { presetNamed } from "./presets.js";

const count = (arch: EncoderArch, options: FlopsOptions): number => flops(arch, options).total;
const headless = (tuple: ArchTuple): EncoderArch => archOf(tuple, { vocabSize: 30_522, positions: 512 });
const base = headless([12, 12, 768, 3072]);

describe("flops of published models", () => {
  it.each<[string, ArchTuple, number, string]>([
    ["BERT-base", [12, 12, 768, 3072], 128, "22.35"],
    ["BERT-base", [12, 12, 768, 3072], 512, "96.64"],
    ["BERT-large", [24, 16, 1024, 4096], 128, "78.92"],
    ["BERT-large", [24, 16, 1024, 4096], 512, "335.0"],
    ["6 x 768", [6, 12, 768, 3072], 128, "11.17"],
    ["6 x 768", [6, 12, 768, 3072], 512, "48.32"],
    ["TinyBERT-4", [4, 12, 312, 1200], 128, "1.247"],
    ["TinyBERT-4", [4, 12, 312, 1200], 512, "5.97"],
    ["BERT-Mini", [4, 4, 256, 1024], 128, "0.872"],
    ["BERT-Mini", [4, 4, 256, 1024], 512, "4.295"],
    ["BERT-Small", [4, 8, 512, 2048], 128, "3.355"],
    ["BERT-Small", [4, 8, 512, 2048], 512, "15.03"],
    ["Bort", [4, 8, 1024, 768], 128, "6.17"],
    ["Bort", [4, 8, 1024, 768], 512, "27.92"],
  ])("%s <%s> at %i tokens takes %s GFLOPs", (_, tuple, sequence, printed) => {
    const decimals = printed.split(".")[1]!.length;
    expect((count(headless(tuple), { sequence }) / 1e9).toFixed(decimals)).toBe(printed);
  });
});

describe("flops of networks with bottlenecks", () => {
  it("takes MobileBERT 5.39 GFLOPs at 128 tokens, those that widen its words included", () => {
    const { total, embedding, encoder } = flops(presetNamed("mobilebert"), { sequence: 128 });
    expect((total / 1e9).toFixed(2)).toBe("5.39");
    expect([embedding, embedding + encoder]).toEqual([2 * 128 * 3 * 128 * 512, total]);
  });
});

describe("flops", () => {
  it("counts by the sizes of each layer", () => {
    // Per token: q, k 2*4*6; v, o 2*4*10; FFN 2*4*5; attention with 3 keys: 3*6 + 3*10
    const arch: EncoderArch = {
      ...uniformArch({ depth: 1, heads: 1, hidden: 4, intermediate: 1, vocabSize: 7, positions: 3 }),
      layers: [{ heads: 2, keySize: 3, valueSize: 5, intermediateSize: 5 }],
    };
    expect(count(arch, { sequence: 3 })).toBe(2 * 3 * (48 + 80 + 40 + 18 + 30));
  });

  it("leaves the attention matmuls out on request, 1 + s/(6h) less", () => {
    const without = count(base, { sequence: 512, attention: false });
    expect(count(base, { sequence: 512 }) / without).toBeCloseTo(1 + 512 / (6 * 768), 12);
    expect(without).toBe(2 * 512 * 12 * (4 * 768 ** 2 + 2 * 768 * 3072));
  });

  it("grows with the batch, and only linearly", () => {
    expect(count(base, { sequence: 64, batch: 8 })).toBe(8 * count(base, { sequence: 64 }));
  });

  it("counts the pooler once a sequence", () => {
    expect(count({ ...base, pooler: true }, { sequence: 9, batch: 2 }) - count(base, { sequence: 9, batch: 2 })).toBe(2 * 2 * 768 ** 2);
  });

  it("decodes the masked positions only", () => {
    const plain = count(base, { sequence: 128 });
    const decoded = (maskedPositions?: number): number =>
      count(base, { sequence: 128, heads: { mlm: {} }, ...(maskedPositions === undefined ? {} : { maskedPositions }) }) - plain;
    expect(decoded(20)).toBe(2 * 20 * (768 ** 2 + 768 * 30_522));
    expect(decoded(0)).toBe(0);
    expect(decoded()).toBe(decoded(128));
  });

  it("counts the heads on the first token", () => {
    const arch = { ...base, pooler: true };
    const extra = (heads: Heads): number => count(arch, { sequence: 4, heads }) - count(arch, { sequence: 4 });
    expect(extra({ classifier: { labels: 3 } })).toBe(2 * (768 ** 2 + 768 * 3));
    expect(extra({ classifier: { labels: 3, pooled: true }, nextSentence: true })).toBe(2 * (768 * 3 + 768 * 2));
  });

  it("takes RoBERTa's 512 tokens and no more", () => {
    expect(count(presetNamed("roberta-base"), { sequence: 512 })).toBeGreaterThan(0);
    expect(() => count(presetNamed("roberta-base"), { sequence: 513 })).toThrow(expect.objectContaining({ code: "arch/sequence-too-long" }));
  });

  it.each<FlopsOptions>([{ sequence: 0 }, { sequence: Number.NaN }, { sequence: 8, batch: 0 }, { sequence: 8, maskedPositions: 9 }])("refuses %o", (options) => {
    expect(() => count(base, options)).toThrow(expect.objectContaining({ code: "arch/bad-size" }));
  });

  it("refuses to round", () => {
    expect(() => count(base, { sequence: 512, batch: 2 ** 24 })).toThrow(expect.objectContaining({ code: "arch/too-large" }));
  });
});

describe("the conventions of flops", () => {
  const tiny = headless([2, 2, 8, 16]);
  const sequence = 6;

  it("counts the backward pass as 2 x forward, training as 3 x", () => {
    expect(count(base, { sequence: 128, batch: 4, pass: "backward" })).toBe(2 * count(base, { sequence: 128, batch: 4 }));
    expect(count(base, { sequence: 128, batch: 4, pass: "training" })).toBe(3 * count(base, { sequence: 128, batch: 4 }));
  });

  it("counts a multiply-accumulate as one", () => {
    expect(2 * count(base, { sequence: 77, unit: "mac", heads: { mlm: {} } })).toBe(count(base, { sequence: 77, heads: { mlm: {} } }));
  });

  it("counts dense embeddings as products with one-hot vectors", () => {
    const dense = count(tiny, { sequence, embedding: "dense" }) - count(tiny, { sequence });
    expect(dense).toBe(2 * sequence * (30_522 + 512) * 8);
  });

  it("counts element by element on request", () => {
    // Per token and layer: biases 3*8 + 8 + 16 + 8, softmax and scale 6*2*s, residuals 2*8, LayerNorms 2*5*8, GELU 8*16.
    const perLayer = 3 * 8 + 8 + 16 + 8 + 6 * 2 * sequence + 2 * 8 + 2 * 5 * 8 + 8 * 16;
    const embedding = 8 + 5 * 8;
    expect(count(tiny, { sequence, elementwise: true }) - count(tiny, { sequence })).toBe(sequence * (2 * perLayer + embedding));
  });

  it("counts ReLU and noNorm for less", () => {
    const mobile: EncoderArch = { ...tiny, activation: "relu", normalization: "noNorm" };
    const difference = count(tiny, { sequence, elementwise: true }) - count(mobile, { sequence, elementwise: true });
    expect(difference).toBe(sequence * (2 * (7 * 16 + 2 * 3 * 8) + 3 * 8));
  });

  it("leaves the pooler out on request", () => {
    const pooled = { ...tiny, pooler: true };
    expect(count(pooled, { sequence, pooler: false })).toBe(count(tiny, { sequence }));
  });

  it("has no element-wise multiply-accumulates", () => {
    expect(() => flops(tiny, { sequence, unit: "mac", elementwise: true })).toThrow(expect.objectContaining({ code: "arch/bad-option" }));
  });

  it("counts attention at each layer's own width behind bottlenecks", () => {
    const [layer] = tiny.layers;
    const narrow: EncoderArch = { ...tiny, layers: [{ ...layer!, keySize: 2, valueSize: 2, width: 4 }], bottleneck: { kind: "linear", merged: false } };
    // In 8 -> 4, q, k, v, o 4 -> 4, FFN 4 -> 16 -> 4, out 4 -> 8, and two products over s tokens.
    expect(count(narrow, { sequence, unit: "mac" })).toBe(sequence * (8 * 4 + 4 * 16 + 2 * 4 * 16 + 4 * 8 + 2 * sequence * 4));
  });

  it("runs every layer of those that share parameters", () => {
    expect(count({ ...tiny, sharing: [0, 0] }, { sequence })).toBe(count(tiny, { sequence }));
  });
});
