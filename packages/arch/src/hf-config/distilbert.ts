import { sizeField } from "../json-fields.js";
import { uniformArch } from "../uniform-arch.js";
import { padTokenOf } from "./bert-fields.js";
import { activationField, hfActivation } from "./hf-activation.js";
import { type HfFamily } from "./hf-family.js";

/** DistilBERT: BERT without token types and pooler, with names of its own and a fixed epsilon of 1e-12. */
export const distilbert: HfFamily = {
  classPrefix: "DistilBert",
  poolerClasses: [],
  headsField: "n_heads",
  hiddenDropout: { field: "dropout", default: 0.1 },
  attentionDropout: { field: "attention_dropout", default: 0.1 },
  spellings: ["activation"],
  read: (config, pooler) => uniformArch({
    depth: sizeField(config, "n_layers"),
    heads: sizeField(config, "n_heads"),
    hidden: sizeField(config, "dim"),
    intermediate: sizeField(config, "hidden_dim"),
    vocabSize: sizeField(config, "vocab_size"),
    positions: sizeField(config, "max_position_embeddings"),
    activation: activationField(config, "activation", "gelu"),
    ...padTokenOf(config, 0),
    pooler,
  }),
  write: (arch) => {
    const first = arch.layers[0]!;
    return {
      vocab_size: arch.vocabSize,
      dim: arch.hiddenSize,
      n_layers: arch.layers.length,
      n_heads: first.heads,
      hidden_dim: first.intermediateSize,
      activation: hfActivation(arch.activation),
      max_position_embeddings: arch.positions,
      pad_token_id: arch.padTokenId ?? null,
    };
  },
};
