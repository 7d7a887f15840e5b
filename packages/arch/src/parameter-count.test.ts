import { describe, expect, it } from "vitest";
import { archOf, type ArchTuple } from "./arch-tuple.js";
import { type EncoderArch, type LayerArch } from "./encoder-arch.js";
import { uniformArch } from "./uniform-arch.js";
import { type Heads } from "./heads.js";
import { parameterCount } from "./parameter-count.js";
import { type PresetName, presetNamed } from "./presets.js";

const bertFrame = { vocabSize: 30_522, positions: 512, tokenTypes: 2, pooler: true };
const base: ArchTuple = [12, 12, 768, 3072];

describe("parameterCount of published models", () => {
  it.each<[PresetName, number]>([
    ["bert-base-uncased", 109_482_240],
    ["bert-large-uncased", 335_141_888],
    ["roberta-base", 124_645_632],
    ["roberta-large", 355_359_744],
    ["distilbert-base-uncased", 66_362_880],
    ["bert-tiny", 4_385_920],
    ["bert-mini", 11_170_560],
    ["bert-small", 28_763_648],
    ["tinybert-4", 14_350_248],
    ["bort", 75_106_304],
  ])("%s has %i", (name, total) => {
    expect(parameterCount(presetNamed(name)).total).toBe(total);
  });

  it.each<[string, EncoderArch, number]>([
    ["BERT-base cased", archOf(base, { ...bertFrame, vocabSize: 28_996 }), 108_310_272],
    ["BERT-base multilingual cased", archOf(base, { ...bertFrame, vocabSize: 119_547 }), 177_853_440],
    ["BERT-base uncased without pooler", archOf(base, { ...bertFrame, pooler: false }), 108_891_648],
    ["BERT 6 x 768 uncased", archOf([6, 12, 768, 3072], bertFrame), 66_955_008],
  ])("%s has %i", (_, arch, total) => {
    expect(parameterCount(arch).total).toBe(total);
  });

  it("splits the released Bort into its parts", () => {
    expect(parameterCount(presetNamed("bort")))
      .toEqual({ total: 75_106_304, embedding: 51_997_696, encoder: 23_108_608, pooler: 0, heads: 0 });
  });
});

describe("parameterCount of heads", () => {
  const arch = presetNamed("bert-base-uncased");
  const headsOf = (heads: Heads): number => parameterCount(arch, { heads }).heads;

  it("counts BERT's pretraining heads", () => {
    expect(parameterCount(arch, { heads: { mlm: { tied: true }, nextSentence: true } }).total).toBe(110_106_428);
  });

  it("counts an untied decoder as one more matrix", () => {
    expect(headsOf({ mlm: { tied: false } }) - headsOf({ mlm: {} })).toBe(30_522 * 768);
  });

  it("counts RoBERTa's classifier with its dense layer, BERT's without", () => {
    expect(headsOf({ classifier: { labels: 3 } })).toBe(768 * 768 + 768 + 768 * 3 + 3);
    expect(headsOf({ classifier: { labels: 3, pooled: true } })).toBe(768 * 3 + 3);
  });

  it("refuses a head that reads a pooler which is not there", () => {
    const refusal = expect.objectContaining({ code: "arch/head-needs-pooler" });
    expect(() => parameterCount({ ...arch, pooler: false }, { heads: { nextSentence: true } })).toThrow(refusal);
    expect(() => parameterCount({ ...arch, pooler: false }, { heads: { classifier: { labels: 2, pooled: true } } })).toThrow(refusal);
  });

  it.each([0, 1.5, Number.NaN])("refuses %d labels", (labels) => {
    expect(() => parameterCount(arch, { heads: { classifier: { labels } } })).toThrow(expect.objectContaining({ code: "arch/bad-size" }));
  });
});

describe("parameterCount of layers that differ", () => {
  it("counts each by its own sizes", () => {
    // q, k: 2 (4*6 + 6); v: 4*10 + 10; o: 10*4 + 4; FFN: 4*5 + 5 + 5*4 + 4; LayerNorms: 16
    const layer: LayerArch = { heads: 2, keySize: 3, valueSize: 5, intermediateSize: 5 };
    const arch: EncoderArch = { ...uniformArch({ depth: 1, heads: 2, hidden: 4, intermediate: 5, vocabSize: 7, positions: 3 }), layers: [layer] };
    expect(parameterCount(arch).encoder).toBe(60 + 50 + 44 + 49 + 16);
  });

  it("sums to the total", () => {
    const { total, embedding, encoder, pooler, heads } = parameterCount(presetNamed("roberta-base"), { heads: { mlm: {} } });
    expect(embedding + encoder + pooler + heads).toBe(total);
  });
});

describe("parameterCount at its limits", () => {
  it("refuses sizes that are none", () => {
    expect(() => parameterCount({ ...presetNamed("bort"), hiddenSize: Number.NaN })).toThrow(expect.objectContaining({ code: "arch/bad-size" }));
  });

  it("refuses to round", () => {
    const arch = uniformArch({ depth: 4096, heads: 1, hidden: 2 ** 24, intermediate: 1, vocabSize: 1, positions: 1 });
    expect(() => parameterCount(arch)).toThrow(expect.objectContaining({ code: "arch/too-large" }));
  });
});
