import { ArchError, shown } from "./arch-error.js";
import { tupleOf } from "./arch-tuple.js";
import { type EncoderArch, type LayerArch, uniformArch, validateArch } from "./encoder-arch.js";
import { requireSize } from "./require-size.js";

/** What a Hugging Face `config.json` says beside the architecture. */
export interface HfExtras {
  /**
   * Names of the transformers classes that open the folder.
   * Default `["BertModel"]` (`"RobertaModel"`) with a pooler, `["BertForMaskedLM"]` (`"RobertaForMaskedLM"`) without.
   */
  readonly architectures?: readonly string[];
  /** Names of the classes, by label id. Default: none. */
  readonly labels?: readonly string[];
  /** Dropout after embeddings and projections, in [0, 1). Default 0.1. */
  readonly hiddenDropout?: number;
  /** Dropout on the attention weights, in [0, 1). Default 0.1. */
  readonly attentionDropout?: number;
  /** Default: none. */
  readonly bosTokenId?: number;
  /** Default: none. */
  readonly eosTokenId?: number;
  /** Whether the MLM decoder's matrix is the word embedding. Default true. */
  readonly tieWordEmbeddings?: boolean;
}

/** A `config.json` as {@link toHfConfig} writes it; `bort` keeps what Hugging Face's fields cannot say. */
export interface HfConfig {
  readonly architectures: readonly string[];
  readonly model_type: "bert" | "roberta";
  readonly vocab_size: number;
  readonly hidden_size: number;
  readonly num_hidden_layers: number;
  /** A list, one entry a layer, where `bort.layers` is present: software that builds plain BERTs refuses it. */
  readonly num_attention_heads: number | readonly number[];
  readonly intermediate_size: number;
  readonly hidden_act: "gelu" | "gelu_new";
  readonly hidden_dropout_prob: number;
  readonly attention_probs_dropout_prob: number;
  readonly max_position_embeddings: number;
  readonly type_vocab_size: number;
  readonly layer_norm_eps: number;
  readonly position_embedding_type: "absolute";
  readonly pad_token_id?: number;
  readonly bos_token_id?: number;
  readonly eos_token_id?: number;
  readonly tie_word_embeddings: boolean;
  readonly id2label?: Readonly<Record<string, string>>;
  readonly label2id?: Readonly<Record<string, number>>;
  readonly bort: {
    readonly tokenTypes: number;
    readonly pooler: boolean;
    /** Only where the layers differ, or their heads do not split the hidden size evenly. */
    readonly layers?: readonly LayerArch[];
  };
}

type Json = Readonly<Record<string, unknown>>;

/** The transformers classes whose encoder has a pooler. */
const poolerClasses: ReadonlySet<string> = new Set([
  "BertModel", "BertForPreTraining", "BertForNextSentencePrediction", "BertForSequenceClassification", "BertForMultipleChoice",
  "RobertaModel", "RobertaForMultipleChoice",
]);

/**
 * Writes an architecture as a Hugging Face `config.json`, ready for `JSON.stringify`; `fromHfConfig(toHfConfig(arch))` equals `arch`.
 *
 * The type is `bert`, or `roberta` where positions have an offset. Transformers' BERT always has a token-type table, so
 * `type_vocab_size` is 1 where `arch` has none, and the weights' writer adds a row of zeros. Where `bort.layers` is present, other
 * software cannot build the network: `num_attention_heads` is then a list, which transformers refuses, and not a number, with which it
 * would load a network of other heads wherever the matrices have the same shapes. Throws `arch/bad-config` and `arch/bad-size` for
 * unsound extras, and what `validateArch` throws.
 */
export function toHfConfig(arch: EncoderArch, extras: HfExtras = {}): HfConfig {
  validateArch(arch);
  validateExtras(extras, arch.vocabSize);
  const modelType = arch.positionOffset > 0 ? "roberta" : "bert";
  const family = modelType === "bert" ? "Bert" : "Roberta";
  const first = arch.layers[0]!;
  const uniform = tupleOf(arch) !== undefined;
  return {
    architectures: extras.architectures ?? [arch.pooler ? `${family}Model` : `${family}ForMaskedLM`],
    model_type: modelType,
    vocab_size: arch.vocabSize,
    hidden_size: arch.hiddenSize,
    num_hidden_layers: arch.layers.length,
    num_attention_heads: uniform ? first.heads : arch.layers.map(({ heads }) => heads),
    intermediate_size: first.intermediateSize,
    hidden_act: arch.activation === "gelu" ? "gelu" : "gelu_new",
    hidden_dropout_prob: extras.hiddenDropout ?? 0.1,
    attention_probs_dropout_prob: extras.attentionDropout ?? 0.1,
    max_position_embeddings: arch.positions,
    type_vocab_size: Math.max(1, arch.tokenTypes),
    layer_norm_eps: arch.layerNormEps,
    position_embedding_type: "absolute",
    ...(arch.padTokenId === undefined ? {} : { pad_token_id: arch.padTokenId }),
    ...(extras.bosTokenId === undefined ? {} : { bos_token_id: extras.bosTokenId }),
    ...(extras.eosTokenId === undefined ? {} : { eos_token_id: extras.eosTokenId }),
    tie_word_embeddings: extras.tieWordEmbeddings ?? true,
    ...(extras.labels === undefined ? {} : labelTables(extras.labels)),
    bort: { tokenTypes: arch.tokenTypes, pooler: arch.pooler, ...(uniform ? {} : { layers: arch.layers }) },
  };
}

/**
 * Reads the architecture from a parsed `config.json` of type `bert` or `roberta`.
 *
 * RoBERTa's `positions` are all the table's rows, its `positionOffset` is the padding id + 1. Without a `bort` field the pooler follows
 * from the first of `architectures`. Absent `type_vocab_size`, `layer_norm_eps`, `hidden_act` and RoBERTa's `pad_token_id` take
 * transformers' defaults (2, 1e-12, gelu, 1). Throws `arch/unknown-model-type`, `arch/missing-field`, `arch/bad-config` for a field of
 * the wrong kind, `arch/bad-size`, `arch/unsupported-config` for what an `EncoderArch` cannot say, `arch/unknown-key` for a `bort` key
 * of a later version, and what `uniformArch` throws.
 */
export function fromHfConfig(json: unknown): EncoderArch {
  const config = requireObject(json, "config.json");
  const roberta = requireModelType(config) === "roberta";
  requireSupported(config);
  const bort = bortField(config);
  const padTokenId = optionalSize(config, "pad_token_id", 0) ?? (roberta ? 1 : undefined);
  const arch = uniformArch({
    depth: size(config, "num_hidden_layers"),
    heads: bort.layers === undefined ? size(config, "num_attention_heads") : 1,
    hidden: size(config, "hidden_size"),
    intermediate: size(config, "intermediate_size"),
    vocabSize: size(config, "vocab_size"),
    positions: size(config, "max_position_embeddings"),
    positionOffset: roberta && padTokenId !== undefined ? padTokenId + 1 : 0,
    tokenTypes: tokenTypesOf(config, bort),
    activation: activationOf(config),
    layerNormEps: number(config, "layer_norm_eps", 1e-12),
    pooler: bort.pooler ?? poolerClasses.has(architecturesOf(config)[0] ?? ""),
    ...(padTokenId === undefined ? {} : { padTokenId }),
  });
  if (bort.layers === undefined) return arch;
  if (bort.layers.length !== arch.layers.length) {
    throw badConfig(`bort.layers must have num_hidden_layers = ${arch.layers.length} entries`, bort.layers.length);
  }
  return validateArch({ ...arch, layers: bort.layers });
}

/**
 * Reads the rest of a parsed `config.json`, only what it says.
 *
 * Throws `arch/bad-config`, `arch/bad-size` and `arch/missing-field` for unsound fields.
 */
export function hfExtrasOf(json: unknown): HfExtras {
  const config = requireObject(json, "config.json");
  const labels = labelsOf(config);
  const bosTokenId = optionalSize(config, "bos_token_id", 0);
  const eosTokenId = optionalSize(config, "eos_token_id", 0);
  const extras: HfExtras = {
    ...(present(config.architectures) ? { architectures: architecturesOf(config) } : {}),
    ...(labels === undefined ? {} : { labels }),
    ...(present(config.hidden_dropout_prob) ? { hiddenDropout: number(config, "hidden_dropout_prob") } : {}),
    ...(present(config.attention_probs_dropout_prob) ? { attentionDropout: number(config, "attention_probs_dropout_prob") } : {}),
    ...(bosTokenId === undefined ? {} : { bosTokenId }),
    ...(eosTokenId === undefined ? {} : { eosTokenId }),
    ...(present(config.tie_word_embeddings) ? { tieWordEmbeddings: boolean(config, "tie_word_embeddings") } : {}),
  };
  validateExtras(extras, size(config, "vocab_size"));
  return extras;
}

function validateExtras(extras: HfExtras, vocabSize: number): void {
  for (const rate of [extras.hiddenDropout ?? 0, extras.attentionDropout ?? 0]) {
    if (!(rate >= 0 && rate < 1)) throw badConfig("a dropout rate must be a number in [0, 1)", rate);
  }
  requireSize(extras.bosTokenId ?? 0, "bosTokenId", 0, vocabSize - 1);
  requireSize(extras.eosTokenId ?? 0, "eosTokenId", 0, vocabSize - 1);
  const { labels } = extras;
  if (labels?.length === 0) throw badConfig("labels must name at least one class", labels);
  const twice = labels?.find((label, index) => labels.indexOf(label) !== index);
  if (twice !== undefined) throw badConfig("labels must differ from one another", twice);
}

function labelTables(labels: readonly string[]): Pick<HfConfig, "id2label" | "label2id"> {
  return {
    id2label: Object.fromEntries(labels.map((label, id) => [String(id), label])),
    label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
  };
}

function labelsOf(config: Json): string[] | undefined {
  if (!present(config.id2label)) return undefined;
  const table = requireObject(config.id2label, "id2label");
  return Object.keys(table).map((_, id) => {
    const label = Object.hasOwn(table, String(id)) ? table[String(id)] : undefined;
    if (typeof label !== "string") throw badConfig(`id2label must name the classes "0", "1", ... without a gap, and its "${id}" be a string`, label);
    return label;
  });
}

function requireModelType(config: Json): "bert" | "roberta" {
  const type = config.model_type;
  if (type === "bert" || type === "roberta") return type;
  if (!present(type)) throw missing("model_type");
  throw new ArchError("arch/unknown-model-type",
    `arch: model_type must be "bert" or "roberta", got ${shown(type)}; convert the model to one of them`);
}

/** Rejects what would change the network without changing a size. */
function requireSupported(config: Json): void {
  const refuse = (key: string, needed: string): never => {
    throw new ArchError("arch/unsupported-config",
      `arch: config.json "${key}" must be ${needed} for an encoder, got ${shown(config[key])}; use a plain BERT encoder`);
  };
  if ((config.position_embedding_type ?? "absolute") !== "absolute") refuse("position_embedding_type", '"absolute"');
  if ((config.is_decoder ?? false) !== false) refuse("is_decoder", "false");
  if ((config.add_cross_attention ?? false) !== false) refuse("add_cross_attention", "false");
  if (Object.keys(requireObject(config.pruned_heads ?? {}, "pruned_heads")).length > 0) refuse("pruned_heads", "empty");
}

function activationOf(config: Json): EncoderArch["activation"] {
  const name = config.hidden_act ?? "gelu";
  if (name === "gelu") return "gelu";
  if (name === "gelu_new" || name === "gelu_pytorch_tanh") return "geluTanh";
  throw new ArchError("arch/unsupported-config",
    `arch: config.json "hidden_act" must be "gelu", "gelu_new" or "gelu_pytorch_tanh", got ${shown(name)}; use a GELU model`);
}

function bortField(config: Json): { tokenTypes?: number; pooler?: boolean; layers?: readonly LayerArch[] } {
  if (!present(config.bort)) return {};
  const bort = requireObject(config.bort, "bort");
  const unknown = Object.keys(bort).find((key) => !["tokenTypes", "pooler", "layers"].includes(key));
  if (unknown !== undefined) {
    throw new ArchError("arch/unknown-key",
      `arch: config.json "bort" has the keys tokenTypes, pooler, layers, got ${shown(unknown)}; read it with the version that wrote it`);
  }
  const tokenTypes = optionalSize(bort, "tokenTypes", 0);
  return {
    ...(tokenTypes === undefined ? {} : { tokenTypes }),
    ...(present(bort.pooler) ? { pooler: boolean(bort, "pooler") } : {}),
    ...(present(bort.layers) ? { layers: layersOf(bort.layers) } : {}),
  };
}

function layersOf(json: unknown): LayerArch[] {
  if (!Array.isArray(json)) throw badConfig("bort.layers must be a list", json);
  return json.map((entry: unknown, index) => {
    const layer = requireObject(entry, `bort.layers[${index}]`);
    return {
      heads: size(layer, "heads"),
      keySize: size(layer, "keySize"),
      valueSize: size(layer, "valueSize"),
      intermediateSize: size(layer, "intermediateSize"),
    };
  });
}

function tokenTypesOf(config: Json, bort: { readonly tokenTypes?: number }): number {
  const rows = optionalSize(config, "type_vocab_size", 0) ?? 2;
  if (bort.tokenTypes === undefined) return rows;
  const expected = Math.max(1, bort.tokenTypes);
  if (rows !== expected) throw badConfig(`type_vocab_size must be ${expected} beside bort.tokenTypes ${bort.tokenTypes}`, rows);
  return bort.tokenTypes;
}

function architecturesOf(config: Json): readonly string[] {
  const names = config.architectures ?? [];
  if (Array.isArray(names) && names.every((name: unknown) => typeof name === "string")) return names;
  throw badConfig("architectures must be a list of strings", names);
}

function present(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function requireObject(value: unknown, what: string): Json {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  throw badConfig(`${what} must be an object`, value);
}

function size(json: Json, key: string): number {
  const value = optionalSize(json, key, 1);
  if (value === undefined) throw missing(key);
  return value;
}

function optionalSize(json: Json, key: string, least: number): number | undefined {
  return present(json[key]) ? requireSize(json[key], `config.json "${key}"`, least) : undefined;
}

function number(json: Json, key: string, fallback?: number): number {
  const value = json[key] ?? fallback;
  if (typeof value === "number") return value;
  throw badConfig(`"${key}" must be a number`, value);
}

function boolean(json: Json, key: string): boolean {
  const value = json[key];
  if (typeof value === "boolean") return value;
  throw badConfig(`"${key}" must be true or false`, value);
}

function missing(key: string): ArchError {
  return new ArchError("arch/missing-field", `arch: config.json needs "${key}", which is missing; take the complete file of the model`);
}

function badConfig(needed: string, got: unknown): ArchError {
  return new ArchError("arch/bad-config", `arch: in config.json ${needed}, got ${shown(got)}; correct it`);
}
