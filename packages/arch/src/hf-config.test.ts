import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type ArchErrorCode } from "./arch-error.js";
import { archToJson } from "./arch-json.js";
import { archOf } from "./arch-tuple.js";
import { type EncoderArch } from "./encoder-arch.js";
import { uniformArch } from "./uniform-arch.js";
import { fromHfConfig, hfExtrasOf, type HfExtras, type HfModelType, hfModelTypeOf, toHfConfig } from "./hf-config.js";
import { hfFamilies } from "./hf-config/hf-families.js";
import { parameterCount } from "./parameter-count.js";
import { presetNamed, presets } from "./presets.js";
import { randomArch } from "./random-arch.js";
import { withoutDefaults } from "./same-arch.js";

const own = archOf([2, 4, 64, 128], { vocabSize: 1000, positions: 128, padTokenId: 1, layerNormEps: 1e-5 });
const pruned: EncoderArch = {
  ...own,
  layers: [{ heads: 3, keySize: 16, valueSize: 8, intermediateSize: 100 }, { heads: 4, keySize: 16, valueSize: 16, intermediateSize: 128 }],
};
const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const modelTypes = Object.keys(hfFamilies) as HfModelType[];

/** Configs of every type as transformers writes them, with its own parameter counts; the file names its source. */
const { models: golden } = JSON.parse(readFileSync(new URL("hf-config/golden-configs.json", import.meta.url), "utf8")) as {
  models: { name: string; config: Record<string, unknown> & { model_type: HfModelType }; base: number; maskedLm: number }[];
};

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

  it("loses nothing of architectures of every kind, written as any type", () => {
    for (let seed = 0; seed < 200; seed++) {
      const arch = randomArch(seed);
      const modelType = modelTypes[seed % modelTypes.length]!;
      expect(withoutDefaults(fromHfConfig(throughJson(toHfConfig(arch)))), `seed ${seed}`).toEqual(withoutDefaults(arch));
      expect(withoutDefaults(fromHfConfig(throughJson(toHfConfig(arch, { modelType })))), `seed ${seed} as ${modelType}`).toEqual(withoutDefaults(arch));
    }
  });

  it("keeps the pooler apart from the class names", () => {
    const config = toHfConfig(own, { architectures: ["BertForSequenceClassification"] });
    expect(fromHfConfig(config).pooler).toBe(false);
  });
});

describe("toHfConfig", () => {
  it("writes our models as BERT with one token type", () => {
    const { bort, ...fields } = toHfConfig(own);
    expect(bort).toEqual(archToJson(own));
    expect(fields).toMatchInlineSnapshot(`
      {
        "architectures": [
          "BertForMaskedLM",
        ],
        "attention_probs_dropout_prob": 0.1,
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
        "tie_word_embeddings": true,
        "type_vocab_size": 1,
        "vocab_size": 1000,
      }
    `);
  });

  it("adds the architecture itself only where the other fields do not say it", () => {
    const bert: EncoderArch = { ...own, tokenTypes: 2 };
    expect(toHfConfig(bert).bort).toBeUndefined();
    expect(toHfConfig({ ...bert, normalization: "layerNorm", sharing: [0, 1] }).bort).toBeUndefined();
    expect(toHfConfig(own, { modelType: "distilbert" }).bort).toEqual(archToJson(own));
    expect(toHfConfig({ ...own, layerNormEps: 1e-12 }, { modelType: "distilbert" }).bort).toBeUndefined();
    expect(toHfConfig(pruned).bort).toEqual(archToJson(pruned));
  });

  it("gives the heads as a list, which transformers refuses, where it would build another network", () => {
    expect(toHfConfig(own).num_attention_heads).toBe(4);
    expect(toHfConfig(pruned).num_attention_heads).toEqual(pruned.layers.map(({ heads }) => heads));
    const narrow = { ...own, layers: own.layers.map((layer) => ({ ...layer, heads: 2 })) };
    expect(toHfConfig(narrow).num_attention_heads).toEqual([2, 2]);
    expect(toHfConfig({ ...own, sharing: [0, 0] }, { modelType: "bert" }).num_attention_heads).toEqual([4, 4]);
    expect(toHfConfig({ ...own, tokenTypes: 2 }, { modelType: "roberta" }).num_attention_heads).toEqual([4, 4]);
    expect(toHfConfig({ ...own, tokenTypes: 2, layerNormEps: 1e-12 }, { modelType: "distilbert" }).n_heads).toEqual([4, 4]);
  });

  it("gives the heads as a number where the difference is a pooler or a row of zeros", () => {
    for (const extras of [{}, { modelType: "distilbert" }, { modelType: "electra" }] as const) {
      const config = toHfConfig({ ...own, layerNormEps: 1e-12, pooler: true }, extras);
      expect([config.n_heads ?? config.num_attention_heads, config.bort?.pooler]).toEqual([4, true]);
    }
  });

  it.each<[HfModelType, Partial<EncoderArch>]>([
    ["bert", {}],
    ["roberta", { positionOffset: 2 }],
    ["electra", { embedding: { kind: "projected", size: 16 } }],
    ["albert", { embedding: { kind: "projected", size: 16 }, pooler: true }],
    ["albert", { embedding: { kind: "projected", size: 64 } }],
    ["albert", { embedding: { kind: "projected", size: 16 }, activation: "geluTanh" }],
    ["albert", { embedding: { kind: "projected", size: 16 }, sharing: [0, 0] }],
    ["mobilebert", { embedding: { kind: "wordProjected", size: 16, window: 3 } }],
    ["mobilebert", { embedding: { kind: "wordProjected", size: 16, window: 1 }, normalization: "noNorm" }],
    ["mobilebert", {
      embedding: { kind: "wordProjected", size: 16, window: 3 }, bottleneck: { kind: "mobilebert", attentionInput: "shared" },
      layers: own.layers.map((layer) => ({ ...layer, keySize: 8, valueSize: 8, width: 32, feedForwards: 2 })),
    }],
  ])("takes %s for the type of an architecture with %j", (modelType, change) => {
    const arch: EncoderArch = { ...own, tokenTypes: 2, ...change };
    expect(hfModelTypeOf(arch)).toBe(modelType);
    const config = toHfConfig(arch);
    expect(config.model_type).toBe(modelType);
    expect(config.bort).toBeUndefined();
    expect(fromHfConfig(throughJson(config))).toEqual(arch);
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
    ["another model type", { modelType: "gpt2" as "bert" }, "arch/unknown-model-type"],
    ["a field of the architecture among the others", { other: { hidden_size: 8 } }, "arch/bad-config"],
    ["a model type among the others", { other: { model_type: "roberta" } }, "arch/bad-config"],
    ["an architecture among the others", { other: { bort: archToJson(pruned) } }, "arch/bad-config"],
    ["a decoder among the others", { other: { is_decoder: true } }, "arch/unsupported-config"],
  ])("refuses %s", (_, extras, code) => {
    expect(() => toHfConfig(own, extras)).toThrow(expect.objectContaining({ code }));
  });
});

describe("hfExtrasOf", () => {
  it("reads back what toHfConfig was given", () => {
    const extras: Required<HfExtras> = {
      architectures: ["BertForSequenceClassification"], labels: ["entailment", "not_entailment"], hiddenDropout: 0, attentionDropout: 0.2,
      bosTokenId: 0, eosTokenId: 2, tieWordEmbeddings: false, modelType: "roberta", other: { use_cache: false, classifier_dropout: null },
    };
    expect(hfExtrasOf(throughJson(toHfConfig(own, extras)))).toEqual(extras);
  });

  const bare = {
    model_type: "bert", vocab_size: 10, hidden_size: 8, num_hidden_layers: 1, num_attention_heads: 1, intermediate_size: 8, max_position_embeddings: 4,
  };

  it("says nothing of what the file leaves out", () => {
    expect(hfExtrasOf(bare)).toEqual({ modelType: "bert" });
  });

  it.each([{ 0: "a", 2: "b" }, { 0: "a", 1: 1 }, { 0: "a", 1: "a" }, {}, ["a"], "a"])("refuses the labels %j", (id2label) => {
    expect(() => hfExtrasOf({ ...bertJson, id2label })).toThrow(expect.objectContaining({ code: "arch/bad-config" }));
  });

  it.each<[string, Record<string, unknown>]>([
    ...golden.map(({ name, config }): [string, Record<string, unknown>] => [name, config]),
    ["BERT's published file", bertJson],
    ["a file with the least that there is", bare],
    ["nulls", { ...bertJson, architectures: null, pad_token_id: null, bos_token_id: null, eos_token_id: null, id2label: null, classifier_dropout: null }],
    ["several end tokens", { ...bertJson, eos_token_id: [1, 2] }],
    ["another name of the activation", { ...bertJson, hidden_act: "gelu_pytorch_tanh" }],
    ["labels and their ids", { ...bertJson, id2label: { 0: "no", 1: "yes" }, label2id: { yes: 1, no: 0 } }],
    ["ids of labels that are others", { ...bertJson, id2label: { 0: "no", 1: "yes" }, label2id: { LABEL_0: 0, LABEL_1: 1 } }],
    ["nested fields", { ...bertJson, task_specific_params: { glue: [{ task: "sst2" }] }, pruned_heads: {} }],
    ["ALBERT's groups written otherwise than here",
      { ...bare, model_type: "albert", num_hidden_layers: 2, num_hidden_groups: 2, inner_group_num: 2, net_structure_type: 0, gap_size: 0 }],
    ["widths of a bottleneck that is not there",
      { ...bare, model_type: "mobilebert", embedding_size: 4, use_bottleneck: false, intra_bottleneck_size: 77, key_query_shared_bottleneck: true, use_bottleneck_attention: true }],
    ["no dense layer in MobileBERT's pooler",
      { ...bare, model_type: "mobilebert", embedding_size: 4, architectures: ["MobileBertModel"], intra_bottleneck_size: 4, classifier_activation: false }],
    ["sinusoidal positions, an initial value of the table",
      { model_type: "distilbert", vocab_size: 10, dim: 8, n_layers: 1, n_heads: 1, hidden_dim: 8, max_position_embeddings: 4, sinusoidal_pos_embds: true }],
    ["one of our own", { ...toHfConfig(own) }],
    ["one of our own that transformers refuses", { ...toHfConfig(pruned) }],
  ])("keeps with the architecture every field of %s", (_, config) => {
    const again = throughJson(toHfConfig(fromHfConfig(config), hfExtrasOf(config)));
    expect(again).toMatchObject(config);
    expect("bort" in (again as object)).toBe("bort" in config);
  });

  it("lets go of a spelling that does not fit the architecture any more", () => {
    const extras = hfExtrasOf({ ...bertJson, hidden_act: "gelu_python", note: 1 });
    expect(extras.other).toMatchObject({ hidden_act: "gelu_python" });
    expect(toHfConfig({ ...own, activation: "relu" }, extras)).toMatchObject({ hidden_act: "relu", note: 1 });
    expect(toHfConfig({ ...own, tokenTypes: 2 }, extras)).toMatchObject({ hidden_act: "gelu_python", note: 1 });
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
    for (const model_type of ["camembert", "xlm-roberta"]) {
      expect(fromHfConfig({ ...roberta, model_type, pad_token_id: undefined }).positionOffset).toBe(2);
    }
  });

  it("takes the defaults of transformers", () => {
    expect(fromHfConfig({ ...bertJson, type_vocab_size: undefined, layer_norm_eps: undefined, hidden_act: undefined, pad_token_id: undefined })).toEqual(fromHfConfig(bertJson));
    expect("padTokenId" in fromHfConfig({ ...bertJson, pad_token_id: null })).toBe(false);
  });

  const sizes = [
    "model_type", "vocab_size", "max_position_embeddings", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size",
    "dim", "n_layers", "n_heads", "hidden_dim",
  ];
  it.each(["bert-base-uncased", "albert-base-v2", "mobilebert with pooler", "google/electra-small-discriminator", "distilbert-base-uncased"])(
    "takes for the sizes of %s alone what transformers takes for them", (name) => {
      const { config } = golden.find((model) => model.name === name)!;
      const { pooler } = fromHfConfig(config);
      expect(fromHfConfig(Object.fromEntries(Object.entries(config).filter(([key]) => sizes.includes(key))))).toEqual({ ...fromHfConfig(config), pooler: false });
      expect(pooler).toBe(name === "mobilebert with pooler");
    });

  it.each(golden)("reads the network of $name", ({ config, base, maskedLm }) => {
    const prefix = hfFamilies[config.model_type].classPrefix;
    expect(parameterCount(fromHfConfig({ ...config, architectures: [`${prefix}Model`] })).total).toBe(base);
    expect(parameterCount(fromHfConfig({ ...config, architectures: [`${prefix}ForMaskedLM`] }), { heads: { mlm: {} } }).total).toBe(maskedLm);
  });

  it.each<[HfModelType, string, boolean]>([
    ["bert", "BertModel", true], ["bert", "BertForNextSentencePrediction", true], ["bert", "BertForTokenClassification", false],
    ["bert", "RobertaModel", false], ["roberta", "RobertaModel", true], ["roberta", "RobertaForSequenceClassification", false],
    ["camembert", "CamembertForMultipleChoice", true], ["xlm-roberta", "XLMRobertaModel", true], ["distilbert", "DistilBertModel", false],
    ["electra", "ElectraModel", false], ["albert", "AlbertForPreTraining", true], ["albert", "AlbertForQuestionAnswering", false],
    ["mobilebert", "MobileBertForPreTraining", true], ["mobilebert", "MobileBertForMaskedLM", false],
  ])("takes the class of a %s for what it has: %s", (modelType, name, pooler) => {
    const config = golden.find(({ config }) => config.model_type === modelType && config["classifier_activation"] !== false)!.config;
    expect(fromHfConfig({ ...config, architectures: [name] }).pooler).toBe(pooler);
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

  it.each<[string, unknown, ArchErrorCode]>([
    ["a text", JSON.stringify(bertJson), "arch/bad-config"],
    ["null", null, "arch/bad-config"],
    ["another model", { ...bertJson, model_type: "gpt2" }, "arch/unknown-model-type"],
    ["a width of NaN", { ...bertJson, hidden_size: Number.NaN }, "arch/bad-size"],
    ["a width of 1e12", { ...bertJson, hidden_size: 1e12 }, "arch/bad-size"],
    ["a width of null", { ...bertJson, hidden_size: null }, "arch/bad-size"],
    ["no token type", { ...bertJson, type_vocab_size: 0 }, "arch/bad-size"],
    ["RoBERTa without padding", { ...bertJson, model_type: "roberta", pad_token_id: null }, "arch/bad-config"],
    ["a width in quotes", { ...bertJson, hidden_size: "768" }, "arch/bad-size"],
    ["heads that do not divide", { ...bertJson, num_attention_heads: 10 }, "arch/heads-do-not-divide-hidden"],
    ["an epsilon in quotes", { ...bertJson, layer_norm_eps: "1e-12" }, "arch/bad-config"],
    ["a negative epsilon", { ...bertJson, layer_norm_eps: -1 }, "arch/bad-arch"],
    ["classes that are no list", { ...bertJson, architectures: "BertModel" }, "arch/bad-config"],
    ["another activation", { ...bertJson, hidden_act: "silu" }, "arch/unsupported-config"],
    ["relative positions", { ...bertJson, position_embedding_type: "relative_key" }, "arch/unsupported-config"],
    ["a decoder", { ...bertJson, is_decoder: true }, "arch/unsupported-config"],
    ["cross attention", { ...bertJson, add_cross_attention: true }, "arch/unsupported-config"],
    ["the encoder of an encoder-decoder", { ...bertJson, is_encoder_decoder: true }, "arch/unsupported-config"],
    ["pruned heads", { ...bertJson, pruned_heads: { 0: [1] } }, "arch/unsupported-config"],
    ["a bort field that is no architecture", { ...bertJson, bort: true }, "arch/bad-config"],
    ["a bort field of a later version", { ...toHfConfig(own), bort: { ...archToJson(own), version: 2 } }, "arch/bad-config"],
    ["a bort field with more in it", { ...toHfConfig(own), bort: { ...archToJson(own), experts: 2 } }, "arch/unknown-key"],
  ])("refuses %s", (_, json, code) => {
    expect(() => fromHfConfig(json)).toThrow(expect.objectContaining({ name: "ArchError", code }));
  });

  it.each<[string, EncoderArch, string, unknown, string]>([
    ["a width", own, "hidden_size", 65, "must be 64"],
    ["a number of token types", own, "type_vocab_size", 2, "must be 1"],
    ["an epsilon", own, "layer_norm_eps", 1e-12, "must be 0.00001"],
    ["an activation", own, "hidden_act", "relu", 'must be "gelu"'],
    ["an absent size", own, "vocab_size", undefined, "must be 1000"],
    ["heads that transformers would build", pruned, "num_attention_heads", 4, "must be a list of 2"],
    ["heads of another list", pruned, "num_attention_heads", [4, 3], "must be a list of 2"],
    ["a depth", pruned, "num_hidden_layers", 3, "must be 2"],
  ])("refuses a bort field beside %s that contradicts it", (_, arch, key, value, needed) => {
    const config = { ...toHfConfig(arch), [key]: value };
    expect(() => fromHfConfig(config)).toThrow(expect.objectContaining({ code: "arch/bad-config" }));
    expect(() => fromHfConfig(config)).toThrow(`"${key}" ${needed} beside this "bort"`);
  });

  it("takes another spelling beside a bort field", () => {
    expect(fromHfConfig({ ...toHfConfig(own), hidden_act: "gelu_python" })).toEqual(own);
  });
});

const data = process.env["BORT_DATA"] ?? fileURLToPath(new URL("../../../../shared/data", import.meta.url));
const published = join(data, "tokenizers/all-MiniLM-L6-v2/config.json");

describe.skipIf(!existsSync(published))("the published config.json of all-MiniLM-L6-v2 (skipped where BORT_DATA is not there)", () => {
  it("is read, and written again with every field", () => {
    const config = JSON.parse(readFileSync(published, "utf8")) as Record<string, unknown>;
    const arch = fromHfConfig(config);
    expect(parameterCount(arch).total).toBe(22_713_216);
    expect(toHfConfig(arch, hfExtrasOf(config))).toMatchObject(config);
  });
});
