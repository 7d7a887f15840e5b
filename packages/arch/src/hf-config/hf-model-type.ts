import { type EncoderArch } from "../encoder-arch.js";
import { withoutDefaults } from "../same-arch.js";

/** The `model_type` of a `config.json`: which family of transformers classes builds the network. */
export type HfModelType = "albert" | "bert" | "camembert" | "distilbert" | "electra" | "mobilebert" | "roberta" | "xlm-roberta";

/**
 * The model type whose transformers classes have the parts of an architecture, or most of them.
 *
 * ALBERT widens its embeddings and shares parameters; ELECTRA only widens, has no pooler, and gelu in its heads whatever the layers have.
 */
export function hfModelTypeOf(described: EncoderArch): HfModelType {
  const arch = withoutDefaults(described);
  if (arch.positionOffset > 0) return "roberta";
  if (hasMobileParts(arch)) return "mobilebert";
  if (arch.embedding === undefined && arch.sharing === undefined) return "bert";
  const electra = arch.sharing === undefined && !arch.pooler && arch.activation === "gelu" && arch.embedding?.size !== arch.hiddenSize;
  return electra ? "electra" : "albert";
}

function hasMobileParts({ bottleneck, embedding, normalization, layers }: EncoderArch): boolean {
  return bottleneck?.kind === "mobilebert" || embedding?.kind === "wordProjected" || normalization === "noNorm"
    || layers.some(({ feedForwards }) => (feedForwards ?? 1) > 1);
}
