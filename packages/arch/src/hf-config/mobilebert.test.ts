import { describe, expect, it } from "vitest";
import { type ArchErrorCode } from "../arch-error.js";
import { type EncoderArch } from "../encoder-arch.js";
import { fromHfConfig, toHfConfig } from "../hf-config.js";

const base = {
  model_type: "mobilebert", architectures: ["MobileBertModel"], vocab_size: 100, hidden_size: 24, num_hidden_layers: 2, num_attention_heads: 2,
  intermediate_size: 20, max_position_embeddings: 16, embedding_size: 8, intra_bottleneck_size: 12,
};
const layer = { heads: 2, keySize: 6, valueSize: 6, intermediateSize: 20, width: 12, feedForwards: 4 };
const wide = { heads: 2, keySize: 12, valueSize: 12, intermediateSize: 20, feedForwards: 4 };

function withoutEmbedding(arch: EncoderArch): EncoderArch {
  return Object.fromEntries(Object.entries(arch).filter(([key]) => key !== "embedding")) as unknown as EncoderArch;
}

describe("mobilebert", () => {
  it("reads what the published model leaves to the defaults", () => {
    expect(fromHfConfig(base)).toEqual({
      vocabSize: 100, positions: 16, positionOffset: 0, tokenTypes: 2, embedding: { kind: "wordProjected", size: 8, window: 3 }, hiddenSize: 24,
      layers: [layer, layer], bottleneck: { kind: "mobilebert", attentionInput: "shared" }, activation: "relu", normalization: "noNorm",
      layerNormEps: 1e-12, pooler: true, padTokenId: 0,
    } satisfies EncoderArch);
  });

  it.each<[object, object]>([
    [{ trigram_input: false }, { embedding: { kind: "wordProjected", size: 8, window: 1 } }],
    [{ trigram_input: true, embedding_size: 24 }, { embedding: { kind: "wordProjected", size: 24, window: 3 } }],
    [{ use_bottleneck_attention: true, key_query_shared_bottleneck: false }, { bottleneck: { kind: "mobilebert", attentionInput: "bottleneck" } }],
    [{ use_bottleneck: false }, { layers: [wide, wide] }],
    [{ normalization_type: "layer_norm", layer_norm_eps: 1e-5 }, { layerNormEps: 1e-5 }],
    [{ classifier_activation: false }, { pooler: false }],
    [{ num_feedforward_networks: 2, true_hidden_size: 12 }, { layers: [{ ...layer, feedForwards: 2 }, { ...layer, feedForwards: 2 }] }],
  ])("reads %j", (change, expected) => {
    const arch = fromHfConfig({ ...base, ...change });
    expect(arch).toMatchObject(expected);
    const config = toHfConfig(arch, arch.pooler ? {} : { architectures: ["MobileBertForMaskedLM"] });
    expect([config.bort, fromHfConfig(config)]).toEqual([undefined, arch]);
  });

  it("leaves out what is not there", () => {
    const arch = fromHfConfig({ ...base, use_bottleneck: false, num_feedforward_networks: 1, normalization_type: "layer_norm", layer_norm_eps: 1e-5 });
    expect(Object.keys(arch)).not.toEqual(expect.arrayContaining(["bottleneck"]));
    expect(Object.keys(arch)).not.toEqual(expect.arrayContaining(["normalization"]));
    expect(Object.keys(arch.layers[0]!)).toEqual(["heads", "keySize", "valueSize", "intermediateSize"]);
  });

  it.each<[string, object, ArchErrorCode]>([
    ["attention without bottleneck", { key_query_shared_bottleneck: false }, "arch/unsupported-config"],
    ["a second map that attention does not read", { use_bottleneck_attention: true }, "arch/unsupported-config"],
    ["a map of the words that is not applied", { trigram_input: false, embedding_size: 24 }, "arch/unsupported-config"],
    ["another normalization", { normalization_type: "rms_norm" }, "arch/unsupported-config"],
    ["norms of two epsilons", { normalization_type: "layer_norm" }, "arch/unsupported-config"],
    ["a width said twice, differently", { true_hidden_size: 24 }, "arch/bad-config"],
    ["a flag in quotes", { trigram_input: "yes" }, "arch/bad-config"],
    ["no FFN", { num_feedforward_networks: 0 }, "arch/bad-size"],
    ["heads that do not divide the width", { intra_bottleneck_size: 13 }, "arch/heads-do-not-divide-hidden"],
    ["an absent width", { hidden_size: undefined }, "arch/missing-field"],
  ])("refuses %s", (_, change, code) => {
    expect(() => fromHfConfig({ ...base, ...change })).toThrow(expect.objectContaining({ code }));
  });

  it("writes what transformers would build otherwise as what it refuses", () => {
    const arch = fromHfConfig(base);
    const archs: EncoderArch[] = [
      withoutEmbedding(arch), { ...arch, embedding: { kind: "projected", size: 8 } }, { ...arch, normalization: "layerNorm" }, { ...arch, sharing: [0, 0] },
      { ...arch, layers: [arch.layers[0]!, { ...arch.layers[0]!, width: 10 }] }, { ...arch, bottleneck: { kind: "linear", merged: false } },
    ];
    for (const other of archs) {
      const config = toHfConfig(other, { modelType: "mobilebert" });
      expect([config.num_attention_heads, fromHfConfig(config)]).toEqual([[2, 2], other]);
    }
  });
});
