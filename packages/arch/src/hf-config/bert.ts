import { badField } from "../json-fields.js";
import { uniformArch } from "../uniform-arch.js";
import { readBertFields, writeBertFields } from "./bert-fields.js";
import { bertDropouts, type HfFamily } from "./hf-family.js";

export const bert: HfFamily = {
  classPrefix: "Bert",
  poolerClasses: ["Model", "ForPreTraining", "ForNextSentencePrediction", "ForSequenceClassification", "ForMultipleChoice"],
  headsField: "num_attention_heads",
  ...bertDropouts(0.1, 0.1),
  spellings: ["hidden_act"],
  read: (config, pooler) => uniformArch({ ...readBertFields(config, { activation: "gelu", padTokenId: 0 }), pooler }),
  write: writeBertFields,
};

/** RoBERTa and its namesakes: BERT, with positions numbered from the padding token's id + 1. */
export function robertaNamed(classPrefix: string): HfFamily {
  return {
    ...bert,
    classPrefix,
    poolerClasses: ["Model", "ForMultipleChoice"],
    read: (config, pooler) => {
      const options = readBertFields(config, { activation: "gelu", padTokenId: 1 });
      if (options.padTokenId === undefined) throw badField('"pad_token_id" must be a number, from which RoBERTa counts its positions', null);
      return uniformArch({ ...options, positionOffset: options.padTokenId + 1, pooler });
    },
  };
}
