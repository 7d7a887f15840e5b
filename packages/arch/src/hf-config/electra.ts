import { validateArch } from "../encoder-arch.js";
import { sizeFieldOr } from "../json-fields.js";
import { uniformArch } from "../uniform-arch.js";
import { readBertFields, writeBertFields } from "./bert-fields.js";
import { bertDropouts, type HfFamily } from "./hf-family.js";

/** ELECTRA: BERT without a pooler, its embeddings widened by a linear map where they are not of the hidden size (section 3.3). */
export const electra: HfFamily = {
  classPrefix: "Electra",
  poolerClasses: [],
  headsField: "num_attention_heads",
  ...bertDropouts(0.1, 0.1),
  spellings: ["hidden_act"],
  read: (config, pooler) => {
    const arch = uniformArch({ ...readBertFields(config, { activation: "gelu", padTokenId: 0 }), pooler });
    const size = sizeFieldOr(config, "embedding_size", 128);
    return size === arch.hiddenSize ? arch : validateArch({ ...arch, embedding: { kind: "projected", size } });
  },
  write: (arch) => ({ ...writeBertFields(arch), embedding_size: arch.embedding?.size ?? arch.hiddenSize }),
};
