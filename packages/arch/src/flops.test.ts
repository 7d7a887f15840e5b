import { describe, expect, it } from "vitest";
import { archOf, type ArchTuple } from "./arch-tuple.js";
import { type EncoderArch, uniformArch } from "./encoder-arch.js";
import { backwardFlops, flops } from "./flops.js";
import { type Heads } from "./heads.js";
import { presetNamed } from "./presets.js";

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
    expect((flops(headless(tuple), { sequence }) / 1e9).toFixed(decimals)).toBe(printed);
  });
});

describe("flops", () => {
  it("counts by the sizes of each layer", () => {
    // Per token: q, k 2*4*6; v, o 2*4*10; FFN 2*4*5; attention with 3 keys: 3*6 + 3*10
    const arch: EncoderArch = {
      ...uniformArch({ depth: 1, heads: 1, hidden: 4, intermediate: 1, vocabSize: 7, positions: 3 }),
      layers: [{ heads: 2, keySize: 3, valueSize: 5, intermediateSize: 5 }],
    };
    expect(flops(arch, { sequence: 3 })).toBe(2 * 3 * (48 + 80 + 40 + 18 + 30));
  });

  it("leaves the attention matmuls out on request, 1 + s/(6h) less", () => {
    const without = flops(base, { sequence: 512, attention: false });
    expect(flops(base, { sequence: 512 }) / without).toBeCloseTo(1 + 512 / (6 * 768), 12);
    expect(without).toBe(2 * 512 * 12 * (4 * 768 ** 2 + 2 * 768 * 3072));
  });

  it("grows with the batch, and only linearly", () => {
    expect(flops(base, { sequence: 64, batch: 8 })).toBe(8 * flops(base, { sequence: 64 }));
  });

  it("counts the pooler once a sequence", () => {
    expect(flops({ ...base, pooler: true }, { sequence: 9, batch: 2 }) - flops(base, { sequence: 9, batch: 2 })).toBe(2 * 2 * 768 ** 2);
  });

  it("decodes the masked positions only", () => {
    const plain = flops(base, { sequence: 128 });
    const decoded = (maskedPositions?: number): number =>
      flops(base, { sequence: 128, heads: { mlm: {} }, ...(maskedPositions === undefined ? {} : { maskedPositions }) }) - plain;
    expect(decoded(20)).toBe(2 * 20 * (768 ** 2 + 768 * 30_522));
    expect(decoded(0)).toBe(0);
    expect(decoded()).toBe(decoded(128));
  });

  it("counts the heads on the first token", () => {
    const arch = { ...base, pooler: true };
    const extra = (heads: Heads): number => flops(arch, { sequence: 4, heads }) - flops(arch, { sequence: 4 });
    expect(extra({ classifier: { labels: 3 } })).toBe(2 * (768 ** 2 + 768 * 3));
    expect(extra({ classifier: { labels: 3, pooled: true }, nextSentence: true })).toBe(2 * (768 * 3 + 768 * 2));
  });

  it("takes RoBERTa's 512 tokens and no more", () => {
    expect(flops(presetNamed("roberta-base"), { sequence: 512 })).toBeGreaterThan(0);
    expect(() => flops(presetNamed("roberta-base"), { sequence: 513 })).toThrow(expect.objectContaining({ code: "arch/sequence-too-long" }));
  });

  it.each([{ sequence: 0 }, { sequence: Number.NaN }, { sequence: 8, batch: 0 }, { sequence: 8, maskedPositions: 9 }])("refuses %o", (options) => {
    expect(() => flops(base, options)).toThrow(expect.objectContaining({ code: "arch/bad-size" }));
  });

  it("refuses to round", () => {
    expect(() => flops(base, { sequence: 512, batch: 2 ** 24 })).toThrow(expect.objectContaining({ code: "arch/too-large" }));
  });
});

describe("backwardFlops", () => {
  it("is twice the forward pass", () => {
    expect(backwardFlops(base, { sequence: 128, batch: 4 })).toBe(2 * flops(base, { sequence: 128, batch: 4 }));
  });
});
