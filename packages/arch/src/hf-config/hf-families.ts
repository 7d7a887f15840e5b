import { ArchError, shown } from "../arch-error.js";
import { type JsonObject, missingField } from "../json-fields.js";
import { albert } from "./albert.js";
import { bert, robertaNamed } from "./bert.js";
import { distilbert } from "./distilbert.js";
import { electra } from "./electra.js";
import { type HfFamily } from "./hf-family.js";
import { type HfModelType } from "./hf-model-type.js";
import { mobilebert } from "./mobilebert.js";

export const hfFamilies: Readonly<Record<HfModelType, HfFamily>> = {
  albert,
  bert,
  camembert: robertaNamed("Camembert"),
  distilbert,
  electra,
  mobilebert,
  roberta: robertaNamed("Roberta"),
  "xlm-roberta": robertaNamed("XLMRoberta"),
};

/** The model type of a parsed `config.json`; throws `arch/missing-field` and `arch/unknown-model-type`. */
export function modelTypeOf(config: JsonObject): HfModelType {
  const type = config["model_type"];
  if (type === undefined || type === null) throw missingField("model_type");
  if (typeof type === "string" && Object.hasOwn(hfFamilies, type)) return type as HfModelType;
  throw new ArchError("arch/unknown-model-type",
    `arch: model_type must be one of ${Object.keys(hfFamilies).join(", ")}, got ${shown(type)}; convert the model to one of them`);
}
