import { type EncoderArch } from "../encoder-arch.js";
import { type JsonObject } from "../json-fields.js";

/** How the `config.json` of one model type says what an encoder is. */
export interface HfFamily {
  /** What the names of its transformers classes begin with. */
  readonly classPrefix: string;
  /** The classes, by the rest of their names, whose encoder has a pooler. */
  readonly poolerClasses: readonly string[];
  readonly headsField: "n_heads" | "num_attention_heads";
  /** Dropout after embeddings and projections, and its default in transformers. */
  readonly hiddenDropout: DropoutField;
  /** Dropout on the attention weights. */
  readonly attentionDropout: DropoutField;
  /** Fields of {@link write} that can say the same in more than one way; a file that is read and written again keeps its own. */
  readonly spellings: readonly string[];
  /** Reads an encoder whose class has a pooler or has none; throws an `ArchError` for what no `EncoderArch` can say. */
  readonly read: (config: JsonObject, pooler: boolean) => EncoderArch;
  /** Every field that says something about the encoder. For an encoder that the type cannot say they are those of the nearest one. */
  readonly write: (arch: EncoderArch) => JsonObject;
}

export interface DropoutField {
  readonly field: string;
  readonly default: number;
}

/** The names of the dropouts in all types but DistilBERT's. */
export function bertDropouts(hidden: number, attention: number): Pick<HfFamily, "attentionDropout" | "hiddenDropout"> {
  return {
    hiddenDropout: { field: "hidden_dropout_prob", default: hidden },
    attentionDropout: { field: "attention_probs_dropout_prob", default: attention },
  };
}
