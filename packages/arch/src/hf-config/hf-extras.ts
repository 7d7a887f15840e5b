import { type EncoderArch } from "../encoder-arch.js";
import { badField, booleanField, type JsonObject, numberField } from "../json-fields.js";
import { requireSize } from "../require-size.js";
import { architecturesOf } from "./hf-encoder.js";
import { type HfFamily } from "./hf-family.js";
import { labelsOf, labelTables, validateLabels } from "./hf-labels.js";
import { type HfModelType } from "./hf-model-type.js";

/** What a Hugging Face `config.json` says beside the architecture. */
export interface HfExtras {
  /** Default: the type whose classes have the parts of the architecture, as `hfModelTypeOf` tells. */
  readonly modelType?: HfModelType;
  /** Names of the transformers classes that open the folder. Default: the type's `Model` with a pooler, its `ForMaskedLM` without. */
  readonly architectures?: readonly string[];
  /** Names of the classes, by label id. Default: none. */
  readonly labels?: readonly string[];
  /** Dropout after embeddings and projections, in [0, 1). Default: that of the model type in transformers. */
  readonly hiddenDropout?: number;
  /** Dropout on the attention weights, in [0, 1). Default: that of the model type in transformers. */
  readonly attentionDropout?: number;
  /** Default: none. */
  readonly bosTokenId?: number;
  /** Default: none. */
  readonly eosTokenId?: number;
  /** Whether the MLM decoder's matrix is the word embedding. Default true. */
  readonly tieWordEmbeddings?: boolean;
  /**
   * Further fields, kept verbatim. They say nothing about the architecture, or only how it is spelt (`gelu_python` for `gelu`): such a one
   * is kept while it means what the architecture says, and replaced where it does not. Default: none.
   */
  readonly other?: Readonly<Record<string, unknown>>;
}

/** Throws `arch/bad-config` and `arch/bad-size` for extras that cannot be. */
export function validateExtras(extras: HfExtras, { vocabSize }: EncoderArch): void {
  for (const rate of [extras.hiddenDropout ?? 0, extras.attentionDropout ?? 0]) {
    if (!(rate >= 0 && rate < 1)) throw badField("a dropout rate must be a number in [0, 1)", rate);
  }
  requireSize(extras.bosTokenId ?? 0, "bosTokenId", 0, vocabSize - 1);
  requireSize(extras.eosTokenId ?? 0, "eosTokenId", 0, vocabSize - 1);
  if (extras.labels !== undefined) validateLabels(extras.labels);
}

/** Reads the extras that have a name here; null counts as absent, and so does a list of end tokens. */
export function readExtras(config: JsonObject, family: HfFamily, arch: EncoderArch): HfExtras {
  const given = (key: string): boolean => config[key] !== undefined && config[key] !== null;
  const hidden = family.hiddenDropout.field;
  const attention = family.attentionDropout.field;
  const labels = labelsOf(config);
  const token = (key: string): number => requireSize(config[key], `"${key}"`, 0, arch.vocabSize - 1);
  const extras: HfExtras = {
    ...(given("architectures") ? { architectures: architecturesOf(config) } : {}),
    ...(labels === undefined ? {} : { labels }),
    ...(given(hidden) ? { hiddenDropout: numberField(config, hidden) } : {}),
    ...(given(attention) ? { attentionDropout: numberField(config, attention) } : {}),
    ...(given("bos_token_id") ? { bosTokenId: token("bos_token_id") } : {}),
    ...(given("eos_token_id") && !Array.isArray(config["eos_token_id"]) ? { eosTokenId: token("eos_token_id") } : {}),
    ...(given("tie_word_embeddings") ? { tieWordEmbeddings: booleanField(config, "tie_word_embeddings") } : {}),
  };
  validateExtras(extras, arch);
  return extras;
}

/**
 * Writes the extras as fields of `config.json`: defaults, then `other`, then the extras that have a name here.
 *
 * Only `label2id` of `other` comes before the one that follows from the labels, since files exist whose two tables do not agree.
 */
export function writeExtras(extras: HfExtras, { hiddenDropout, attentionDropout }: HfFamily, architectures: readonly string[]): JsonObject {
  const { other = {}, labels } = extras;
  const tables = labels === undefined ? undefined : labelTables(labels);
  return {
    architectures,
    [hiddenDropout.field]: hiddenDropout.default,
    [attentionDropout.field]: attentionDropout.default,
    tie_word_embeddings: true,
    ...(tables === undefined ? {} : { label2id: tables.label2id }),
    ...other,
    ...(extras.architectures === undefined ? {} : { architectures: extras.architectures }),
    ...(extras.hiddenDropout === undefined ? {} : { [hiddenDropout.field]: extras.hiddenDropout }),
    ...(extras.attentionDropout === undefined ? {} : { [attentionDropout.field]: extras.attentionDropout }),
    ...(extras.bosTokenId === undefined ? {} : { bos_token_id: extras.bosTokenId }),
    ...(extras.eosTokenId === undefined ? {} : { eos_token_id: extras.eosTokenId }),
    ...(extras.tieWordEmbeddings === undefined ? {} : { tie_word_embeddings: extras.tieWordEmbeddings }),
    ...(tables === undefined ? {} : { id2label: tables.id2label }),
  };
}
