import { ArchError, shown } from "../arch-error.js";
import { type Bottleneck, type EncoderArch, type LayerArch, type NarrowEmbedding, type Normalization, validateArch } from "../encoder-arch.js";
import { badField, booleanField, type JsonObject, sizeField, sizeFieldOr } from "../json-fields.js";
import { uniformArch } from "../uniform-arch.js";
import { readBertFields, writeBertFields } from "./bert-fields.js";
import { bertDropouts, type HfFamily } from "./hf-family.js";

/** MobileBERT: narrow layers between bottlenecks, several FFNs in each, words widened together with their neighbours (section 3). */
export const mobilebert: HfFamily = {
  classPrefix: "MobileBert",
  poolerClasses: ["Model", "ForPreTraining", "ForNextSentencePrediction", "ForSequenceClassification", "ForMultipleChoice"],
  headsField: "num_attention_heads",
  ...bertDropouts(0, 0.1),
  spellings: ["hidden_act", "intra_bottleneck_size", "use_bottleneck_attention", "key_query_shared_bottleneck", "classifier_activation"],
  read,
  write,
};

function read(config: JsonObject, pooler: boolean): EncoderArch {
  const hiddenSize = sizeField(config, "hidden_size");
  const bottleneck = bottleneckOf(config);
  const width = bottleneck === undefined ? hiddenSize : sizeFieldOr(config, "intra_bottleneck_size", 128);
  requireWidth(config, width);
  const feedForwards = sizeFieldOr(config, "num_feedforward_networks", 4);
  const narrow = uniformArch({ ...readBertFields(config, { activation: "relu", padTokenId: 0 }), hidden: width });
  const layer: LayerArch = {
    ...narrow.layers[0]!,
    ...(bottleneck === undefined ? {} : { width }),
    ...(feedForwards === 1 ? {} : { feedForwards }),
  };
  const normalization = normalizationOf(config, narrow.layerNormEps);
  return validateArch({
    ...narrow,
    hiddenSize,
    embedding: embeddingOf(config, hiddenSize),
    layers: new Array<LayerArch>(narrow.layers.length).fill(layer),
    ...(bottleneck === undefined ? {} : { bottleneck }),
    ...(normalization === "layerNorm" ? {} : { normalization }),
    pooler: booleanField(config, "classifier_activation", true) && pooler,
  });
}

function write(arch: EncoderArch): JsonObject {
  const { embedding, bottleneck, hiddenSize } = arch;
  const { width = hiddenSize, feedForwards = 1 } = arch.layers[0]!;
  const attentionInput = bottleneck?.kind === "mobilebert" ? bottleneck.attentionInput : undefined;
  return {
    ...writeBertFields(arch),
    embedding_size: embedding?.size ?? hiddenSize,
    trigram_input: embedding?.kind === "wordProjected" && embedding.window === 3,
    use_bottleneck: attentionInput !== undefined,
    intra_bottleneck_size: width,
    use_bottleneck_attention: attentionInput === "bottleneck",
    key_query_shared_bottleneck: attentionInput === "shared",
    num_feedforward_networks: feedForwards,
    normalization_type: arch.normalization === "noNorm" ? "no_norm" : "layer_norm",
    classifier_activation: true,
    true_hidden_size: width,
  };
}

/** Without trigrams, transformers applies the map only where it changes the width, but builds it anyway. */
function embeddingOf(config: JsonObject, hiddenSize: number): NarrowEmbedding {
  const size = sizeFieldOr(config, "embedding_size", 128);
  const window = booleanField(config, "trigram_input", true) ? 3 : 1;
  if (window === 1 && size === hiddenSize) throw unsupported("embedding_size", "other than hidden_size without trigram_input", size);
  return { kind: "wordProjected", size, window };
}

/** Of the four combinations of two flags, one leaves attention without bottleneck, and one builds a matrix that nothing reads. */
function bottleneckOf(config: JsonObject): Bottleneck | undefined {
  if (!booleanField(config, "use_bottleneck", true)) return undefined;
  const shared = booleanField(config, "key_query_shared_bottleneck", true);
  const all = booleanField(config, "use_bottleneck_attention", false);
  if (shared === all) throw unsupported("key_query_shared_bottleneck", `${!all} beside use_bottleneck_attention ${all}`, shared);
  return { kind: "mobilebert", attentionInput: all ? "bottleneck" : "shared" };
}

/** `true_hidden_size` repeats the width of the layers; transformers takes its word for it. */
function requireWidth(config: JsonObject, width: number): void {
  const repeated = sizeFieldOr(config, "true_hidden_size", width);
  if (repeated !== width) throw badField(`"true_hidden_size" must be ${width}, the width of the layers`, repeated);
}

/** Two of transformers' LayerNorms here have an epsilon of 1e-5 whatever the file says, so that any other is two at once. */
function normalizationOf(config: JsonObject, layerNormEps: number): Normalization {
  const name = config["normalization_type"] ?? "no_norm";
  if (name === "no_norm") return "noNorm";
  if (name !== "layer_norm") throw unsupported("normalization_type", '"no_norm" or "layer_norm"', name);
  if (layerNormEps !== 1e-5) throw unsupported("layer_norm_eps", "1e-5, which some of its norms have in any case, beside layer_norm", layerNormEps);
  return "layerNorm";
}

function unsupported(key: string, needed: string, got: unknown): ArchError {
  return new ArchError("arch/unsupported-config", `arch: config.json "${key}" of a MobileBERT must be ${needed}, got ${shown(got)}; use such a model`);
}
