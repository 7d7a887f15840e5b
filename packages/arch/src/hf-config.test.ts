import { describe, expect, it } from "vitest";
import { type ArchErrorCode } from "./arch-error.js";
import { archOf } from "./arch-tuple.js";
import { type EncoderArch, uniformArch } from "./encoder-arch.js";
import { fromHfConfig, hfExtrasOf, type HfExtras, toHfConfig } from "./hf-config.js";
import { presetNamed, presets } from "./presets.js";

const own = archOf([2, 4, 64, 128], { vocabSize: 1000, positions: 128, padTokenId: 1, layerNormEps: 1e-5 });
const pruned: EncoderArch = {
  ...own,
  layers: [{ heads: 3, keySize: 16, valueSize: 8, intermediateSize: 100 }, { heads: 4, keySize: 16, valueSize: 16, intermediateSize: 128 }],
};
const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const bertJson = {
  architectures: ["BertForMaskedLM"], model_type: "bert", vocab_size: 30522, hidden_size: 768, num_hidden_layers: 12, num_attention_heads: 12,
  intermediate_size: 3072, hidden_act: "gelu", hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1, initializer_range: 0.02,
  max_position_embeddings: 512, type_vocab_size: 2, layer_norm_eps: 1e-12, pad_token_id: 0, transformers_version: "4.6.0.dev0", use_cache: true,
};

describe("fromHfConfig after toHfConfig", () => {
  it.each<[string, EncoderArch]>([
    ...Object.entries(presets).map(([name, { arch }]): [string, EncoderArch] => [name, arch]),
    ["our own model", own],
    ["layers that differ", pruned],
    ["layers alike, with fewer heads than the width asks for", { ...own, layers: own.layers.map((layer) => ({ ...layer, heads: 2 })) }],
    ["heads that differ while every matrix keeps its shape",
      { ...own, layers: [own.layers[0]!, { ...own.layers[1]!, heads: 8, keySize: 8, valueSize: 8 }] }],
    ["one token type", { ...own, tokenTypes: 1 }],
    ["a pooler and tanh", { ...own, pooler: true, activation: "geluTanh" }],
    ["no padding id", uniformArch({ depth: 1, heads: 1, hidden: 8, intermediate: 8, vocabSize: 5, positions: 4 })],
  ])("loses nothing of %s", (_, arch) => {
    expect(fromHfConfig(throughJson(toHfConfig(arch)))).toEqual(arch);
  });

  it("loses nothing of a hundred architectures drawn from a multiplicative generator", () => {
    let state = 7;
    const upTo = (bound: number): number => {
      state = (state * 48_271) % 2_147_483_647;
      return 1 + (state % bound);
    };
    for (let draw = 0; draw < 100; draw++) {
      const padTokenId = upTo(4) - 1;
      const arch: EncoderArch = {
        vocabSize: 4 + upTo(999), positions: 8 + upTo(512), positionOffset: upTo(2) === 1 ? 0 : padTokenId + 1, tokenTypes: upTo(4) - 1,
        hiddenSize: upTo(256), activation: upTo(2) === 1 ? "gelu" : "geluTanh", layerNormEps: 10 ** -upTo(12), pooler: upTo(2) === 1, padTokenId,
        layers: Array.from({ length: upTo(6) }, () => ({ heads: upTo(8), keySize: upTo(64), valueSize: upTo(64), intermediateSize: upTo(512) })),
      };
      expect(fromHfConfig(throughJson(toHfConfig(arch)))).toEqual(arch);
    }
  });

  it("keeps the pooler apart from the class names", () => {
    const config = toHfConfig(own, { architectures: ["BertForSequenceClassification"] });
    expect(fromHfConfig(config).pooler).toBe(false);
  });
});

describe("toHfConfig", () => {
  it("writes our models as BERT with one token type", () => {
    expect(toHfConfig(own)).toMatchInlineSnapshot(`
      {
        "architectures": [
          "BertForMaskedLM",
        ],
        "attention_probs_dropout_prob": 0.1,
        "bort": {
          "pooler": false,
          "tokenTypes": 0,
        },
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "hidden_size": 64,
        "intermediate_size": 128,
        "layer_norm_eps": 0.00001,
        "max_position_embeddings": 128,
        "model_type": "bert",
        "num_attention_heads": 4,
        "num_hidden_layers": 2,
        "pad_token_id": 1,
        "position_embedding_type": "absolute",
        "tie_word_embeddings": true,
        "type_vocab_size": 1,
        "vocab_size": 1000,
      }
    `);
  });

  it("adds the sizes of each layer only where they differ", () => {
    expect(toHfConfig(own).bort.layers).toBeUndefined();
    expect(toHfConfig(pruned).bort.layers).toEqual(pruned.layers);
  });

  it("gives the heads as a list, which transformers refuses, where they are not those of a plain BERT", () => {
    expect(toHfConfig(own).num_attention_heads).toBe(4);
    expect(toHfConfig(pruned).num_attention_heads).toEqual(pruned.layers.map(({ heads }) => heads));
    const narrow = { ...own, layers: own.layers.map((layer) => ({ ...layer, heads: 2 })) };
    expect(toHfConfig(narrow).num_attention_heads).toEqual([2, 2]);
    expect(fromHfConfig(toHfConfig(narrow))).toEqual(narrow);
  });

  it("writes an offset of positions as RoBERTa", () => {
    expect(toHfConfig(presetNamed("roberta-base")))
      .toMatchObject({ model_type: "roberta", max_position_embeddings: 514, pad_token_id: 1, type_vocab_size: 1 });
  });

  it.each<[string, HfExtras, ArchErrorCode]>([
    ["a dropout of 1", { hiddenDropout: 1 }, "arch/bad-config"],
    ["a dropout of NaN", { attentionDropout: Number.NaN }, "arch/bad-config"],
    ["no label", { labels: [] }, "arch/bad-config"],
    ["a label twice", { labels: ["yes", "no", "yes"] }, "arch/bad-config"],
    ["a token outside the vocabulary", { bosTokenId: 1000 }, "arch/bad-size"],
  ])("refuses %s", (_, extras, code) => {
    expect(() => toHfConfig(own, extras)).toThrow(expect.objectContaining({ code }));
  });
});

describe("hfExtrasOf", () => {
  it("reads back what toHfConfig was given", () => {
    const extras: Required<HfExtras> = {
      architectures: ["BertForSequenceClassification"], labels: ["entailment", "not_entailment"], hiddenDropout: 0, attentionDropout: 0.2,
      bosTokenId: 0, eosTokenId: 2, tieWordEmbeddings: false,
    };
    expect(hfExtrasOf(throughJson(toHfConfig(own, extras)))).toEqual(extras);
  });

  it("says nothing of what the file leaves out", () => {
    expect(hfExtrasOf({ vocab_size: 10 })).toEqual({});
  });

  it.each([{ 0: "a", 2: "b" }, { 0: "a", 1: 1 }, ["a"], "a"])("refuses the labels %j", (id2label) => {
    expect(() => hfExtrasOf({ ...bertJson, id2label })).toThrow(expect.objectContaining({ code: "arch/bad-config" }));
  });
});

describe("fromHfConfig", () => {
  it("reads BERT's published file", () => {
    expect(fromHfConfig(bertJson)).toEqual({ ...presetNamed("bert-base-uncased"), pooler: false });
    expect(fromHfConfig({ ...bertJson, architectures: ["BertModel"] })).toEqual(presetNamed("bert-base-uncased"));
  });

  it("reads RoBERTa's positions with their offset", () => {
    const roberta = {
      ...bertJson, model_type: "roberta", architectures: ["RobertaModel"], vocab_size: 50265, max_position_embeddings: 514, type_vocab_size: 1,
      layer_norm_eps: 1e-5, pad_token_id: 1, bos_token_id: 0, eos_token_id: 2,
    };
    expect(fromHfConfig(roberta)).toEqual(presetNamed("roberta-base"));
    expect(fromHfConfig({ ...roberta, pad_token_id: null }).positionOffset).toBe(2);
  });

  it("takes the defaults of transformers", () => {
    expect(fromHfConfig({ ...bertJson, type_vocab_size: undefined, layer_norm_eps: undefined, hidden_act: undefined })).toEqual(fromHfConfig(bertJson));
  });

  it.each(["gelu_new", "gelu_pytorch_tanh"])("reads %s as the tanh approximation", (name) => {
    expect(fromHfConfig({ ...bertJson, hidden_act: name }).activation).toBe("geluTanh");
  });

  it.each([
    "model_type", "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "max_position_embeddings",
  ])("asks for %s", (key) => {
    expect(() => fromHfConfig({ ...bertJson, [key]: undefined })).toThrow(expect.objectContaining({ code: "arch/missing-field" }));
    expect(() => fromHfConfig({ ...bertJson, [key]: undefined })).toThrow(`needs "${key}"`);
  });

  const bort = { tokenTypes: 2, pooler: false };
  it.each<[string, unknown, ArchErrorCode]>([
    ["a text", JSON.stringify(bertJson), "arch/bad-config"],
    ["null", null, "arch/bad-config"],
    ["another model", { ...bertJson, model_type: "gpt2" }, "arch/unknown-model-type"],
    ["a width of NaN", { ...bertJson, hidden_size: Number.NaN }, "arch/bad-size"],
    ["a width of 1e12", { ...bertJson, hidden_size: 1e12 }, "arch/bad-size"],
    ["a width in quotes", { ...bertJson, hidden_size: "768" }, "arch/bad-size"],
    ["heads that do not divide", { ...bertJson, num_attention_heads: 10 }, "arch/heads-do-not-divide-hidden"],
    ["an epsilon in quotes", { ...bertJson, layer_norm_eps: "1e-12" }, "arch/bad-config"],
    ["a negative epsilon", { ...bertJson, layer_norm_eps: -1 }, "arch/bad-arch"],
    ["classes that are no list", { ...bertJson, architectures: "BertModel" }, "arch/bad-config"],
    ["another activation", { ...bertJson, hidden_act: "relu" }, "arch/unsupported-config"],
    ["relative positions", { ...bertJson, position_embedding_type: "relative_key" }, "arch/unsupported-config"],
    ["a decoder", { ...bertJson, is_decoder: true }, "arch/unsupported-config"],
    ["cross attention", { ...bertJson, add_cross_attention: true }, "arch/unsupported-config"],
    ["pruned heads", { ...bertJson, pruned_heads: { 0: [1] } }, "arch/unsupported-config"],
    ["a bort field of a later version", { ...bertJson, bort: { ...bort, bottleneck: 1 } }, "arch/unknown-key"],
    ["a bort field that contradicts the token types", { ...bertJson, bort: { ...bort, tokenTypes: 0 } }, "arch/bad-config"],
    ["a pooler that is no boolean", { ...bertJson, bort: { ...bort, pooler: "yes" } }, "arch/bad-config"],
    ["fewer layers than announced", { ...bertJson, bort: { ...bort, layers: own.layers } }, "arch/bad-config"],
    ["a layer without a size", { ...bertJson, num_hidden_layers: 1, bort: { ...bort, layers: [{ heads: 1 }] } }, "arch/missing-field"],
  ])("refuses %s", (_, json, code) => {
    expect(() => fromHfConfig(json)).toThrow(expect.objectContaining({ name: "ArchError", code }));
  });
});
