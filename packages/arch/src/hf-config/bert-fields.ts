import { type Activation, type EncoderArch } from "../encoder-arch.js";
import { type JsonObject, numberField, sizeField, sizeFieldOr } from "../json-fields.js";
import { type UniformArchOptions } from "../uniform-arch.js";
import { activationField, hfActivation } from "./hf-activation.js";

/** Where BERT's descendants differ in what an absent field means. */
export interface BertDefaults {
  readonly activation: Activation;
  readonly padTokenId: number;
}

/** Reads the fields that all types but DistilBERT have from BERT; the sizes of the network must be there, the rest has defaults. */
export function readBertFields(config: JsonObject, defaults: BertDefaults): UniformArchOptions {
  return {
    depth: sizeField(config, "num_hidden_layers"),
    heads: sizeField(config, "num_attention_heads"),
    hidden: sizeField(config, "hidden_size"),
    intermediate: sizeField(config, "intermediate_size"),
    vocabSize: sizeField(config, "vocab_size"),
    positions: sizeField(config, "max_position_embeddings"),
    tokenTypes: sizeFieldOr(config, "type_vocab_size", 2),
    activation: activationField(config, "hidden_act", defaults.activation),
    layerNormEps: numberField(config, "layer_norm_eps", 1e-12),
    ...padTokenOf(config, defaults.padTokenId),
  };
}

/** The padding token; `null` is none. */
export function padTokenOf(config: JsonObject, fallback: number): { readonly padTokenId?: number } {
  return config["pad_token_id"] === null ? {} : { padTokenId: sizeFieldOr(config, "pad_token_id", fallback, 0) };
}

/** Writes what {@link readBertFields} reads; a table of token types, which every such class has, gets at least one row. */
export function writeBertFields(arch: EncoderArch): JsonObject {
  const first = arch.layers[0]!;
  return {
    vocab_size: arch.vocabSize,
    hidden_size: arch.hiddenSize,
    num_hidden_layers: arch.layers.length,
    num_attention_heads: first.heads,
    intermediate_size: first.intermediateSize,
    hidden_act: hfActivation(arch.activation),
    max_position_embeddings: arch.positions,
    type_vocab_size: Math.max(1, arch.tokenTypes),
    layer_norm_eps: arch.layerNormEps,
    pad_token_id: arch.padTokenId ?? null,
  };
}
