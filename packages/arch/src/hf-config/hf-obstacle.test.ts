import { describe, expect, it } from "vitest";
import { type EncoderArch } from "../encoder-arch.js";
import { toHfConfig } from "../hf-config.js";
import { presets } from "../presets.js";
import { randomArch } from "../random-arch.js";
import { superShaperArch } from "../super-shaper-arch.js";
import { uniformArch } from "../uniform-arch.js";
import { hfFamilies } from "./hf-families.js";
import { hfObstacle } from "./hf-obstacle.js";

const arch = uniformArch({ depth: 3, heads: 4, hidden: 32, intermediate: 64, vocabSize: 50, positions: 16 });
const withLayers = (change: (index: number) => Partial<EncoderArch["layers"][number]>): EncoderArch => ({ ...arch, layers: arch.layers.map((layer, i) => ({ ...layer, ...change(i) })) });

/** Whether `config.json` says all of it, so that transformers build the network. */
const isStandard = (each: EncoderArch): boolean => {
  const config = toHfConfig(each);
  return !Array.isArray(config[hfFamilies[config.model_type].headsField]);
};

describe("hfObstacle", () => {
  it.each<[string, EncoderArch, RegExp]>([
    ["layers that differ", withLayers((i) => ({ heads: 2 + i, intermediateSize: 64 - 8 * i })), /^layers differ in heads \(2 to 4\), sizes of FFNs \(48 to 64\), and the model type bert has one/],
    ["keys and values of two sizes", withLayers(() => ({ keySize: 6 })), /^keys of 6 and values of 8 per head differ/],
    ["a narrower stream than the heads make, as schuBERT-h has", { ...arch, hiddenSize: 20 }, /^4 heads of 8 make 32, and the model type bert takes heads that make its width of 20/],
    ["fewer heads in all layers", withLayers(() => ({ heads: 3 })), /^3 heads of 8 make 24/],
    ["bottlenecks of a super-network", superShaperArch([8, 16], { hidden: 32, heads: 4, intermediate: 64 }), /^no model type has linear bottlenecks/],
    ["norms without statistics in a plain encoder", { ...arch, normalization: "noNorm" }, /^its parts are not those of the model type mobilebert/],
  ])("names %s", (_, each, told) => {
    expect(isStandard(each)).toBe(false);
    expect(hfObstacle(each)).toMatch(told);
  });

  it("finds none in uniform encoders, whatever their pooler and token types, nor in published ones that transformers build", () => {
    for (const each of [arch, { ...arch, pooler: true }, { ...arch, tokenTypes: 0 }, { ...arch, tokenTypes: 1 }, withLayers(() => ({ intermediateSize: 1 }))]) expect(hfObstacle(each)).toBeUndefined();
    for (const name of ["bert-base-uncased", "roberta-large", "albert-base-v2", "mobilebert"] as const) expect(hfObstacle(presets[name].arch), name).toBeUndefined();
  });

  it("agrees with what toHfConfig writes, for architectures of every kind", () => {
    const found = Array.from({ length: 200 }, (_, seed) => {
      const each = randomArch(seed);
      expect(hfObstacle(each) === undefined, `seed ${seed}`).toBe(isStandard(each));
      return isStandard(each);
    });
    expect(new Set(found)).toEqual(new Set([true, false]));
  });
});
