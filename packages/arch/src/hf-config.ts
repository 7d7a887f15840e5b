import { ArchError, shown } from "./arch-error.js";
import { archFromJson, type ArchJson, archToJson } from "./arch-json.js";
import { type EncoderArch, validateArch } from "./encoder-arch.js";
import { badField, type JsonObject, requireObject, sameJson } from "./json-fields.js";
import { architecturesOf, readEncoder, writeEncoder } from "./hf-config/hf-encoder.js";
import { type HfExtras, readExtras, validateExtras, writeExtras } from "./hf-config/hf-extras.js";
import { hfFamilies, modelTypeOf } from "./hf-config/hf-families.js";
import { type HfFamily } from "./hf-config/hf-family.js";
import { type HfModelType, hfModelTypeOf } from "./hf-config/hf-model-type.js";

export { type HfExtras, type HfModelType, hfModelTypeOf };

/** A `config.json` as {@link toHfConfig} writes it: beside these fields, those of its model type and of the extras. */
export interface HfConfig {
  readonly architectures: readonly string[] | null;
  readonly model_type: HfModelType;
  /** The architecture, where the other fields do not say all of it. */
  readonly bort?: ArchJson;
  readonly [field: string]: unknown;
}

/**
 * Writes an architecture as a Hugging Face `config.json`, ready for `JSON.stringify`; `fromHfConfig(toHfConfig(arch))` is the same one.
 *
 * What the model type cannot say is in the field `bort`, and the heads are then a list, one entry a layer, so that transformers refuse
 * a network that they would build wrongly. Two differences do no harm, and the heads stay a number: a pooler more or less than the class
 * has, and no token types where the class needs some (the file says 1, and the weights' writer adds a row of zeros).
 *
 * Throws `arch/unknown-model-type`, `arch/bad-config` and `arch/bad-size` for unsound extras, `arch/unsupported-config` for extras that
 * no encoder has, and what `validateArch` throws.
 */
export function toHfConfig(arch: EncoderArch, extras: HfExtras = {}): HfConfig {
  validateArch(arch);
  const modelType = modelTypeOf({ model_type: extras.modelType ?? hfModelTypeOf(arch) });
  const family = hfFamilies[modelType];
  validateExtras(extras, arch);
  const rest = writeExtras(extras, family, [`${family.classPrefix}${arch.pooler ? "Model" : "ForMaskedLM"}`]);
  const architectures = architecturesOf(rest);
  const { fields, complete } = writeEncoder(arch, family, { architectures, spelling: extras.other ?? {} });
  const stray = Object.keys(extras.other ?? {}).find((key) => reserved.has(key) || (Object.hasOwn(fields, key) && !family.spellings.includes(key)));
  if (stray !== undefined) throw badField(`other must leave out ${shown(stray)}, which follows from the architecture`, extras.other?.[stray]);
  const config = { architectures, model_type: modelType, ...rest, ...fields, ...(complete ? {} : { bort: archToJson(arch) }) };
  requireEncoder(config);
  return config;
}

/**
 * Reads the architecture from a parsed `config.json`.
 *
 * The sizes of the network must be there; other absent fields take the defaults that transformers has for the model type. Whether there is
 * a pooler follows from the first of `architectures`. `positions` are all the rows of the table, `positionOffset` is RoBERTa's padding
 * id + 1. A `bort` field says the architecture itself.
 *
 * Throws `arch/unknown-model-type`, `arch/missing-field`, `arch/bad-config` for a field of the wrong kind or one that contradicts `bort`,
 * `arch/bad-size`, `arch/unsupported-config` for what an `EncoderArch` cannot say, and what `uniformArch` and `archFromJson` throw.
 */
export function fromHfConfig(json: unknown): EncoderArch {
  const config = requireObject(json, "config.json");
  const family = hfFamilies[modelTypeOf(config)];
  requireEncoder(config);
  if (config["bort"] === undefined) return readEncoder(config, family);
  const arch = archFromJson(config["bort"]);
  requireAgreement(config, arch, family);
  return arch;
}

/**
 * Reads the rest of a parsed `config.json`, only what it says: for every file, `toHfConfig(fromHfConfig(json), hfExtrasOf(json))` has each
 * of its fields, with the same value.
 *
 * Throws what {@link fromHfConfig} throws, and `arch/bad-config` and `arch/bad-size` for unsound fields.
 */
export function hfExtrasOf(json: unknown): HfExtras {
  const arch = fromHfConfig(json);
  const config = requireObject(json, "config.json");
  const modelType = modelTypeOf(config);
  const known: HfExtras = { modelType, ...readExtras(config, hfFamilies[modelType], arch) };
  const written = toHfConfig(arch, known);
  const other = Object.entries(config).filter(([key, value]) => key !== "bort" && !sameJson(written[key], value));
  return other.length === 0 ? known : { ...known, other: Object.fromEntries(other) };
}

const reserved: ReadonlySet<string> = new Set(["bort", "model_type"]);

/** The fields beside `bort` are for other software, so they must be those that would be written for its architecture. */
function requireAgreement(config: JsonObject, arch: EncoderArch, family: HfFamily): void {
  const { fields } = writeEncoder(arch, family, { architectures: architecturesOf(config), spelling: config });
  for (const [key, value] of Object.entries(fields)) {
    if (!sameJson(value, config[key])) throw badField(`"${key}" must be ${shown(value)} beside this "bort"`, config[key]);
  }
}

/** Refuses what would change the network without changing a size. */
function requireEncoder(config: JsonObject): void {
  const refuse = (key: string, needed: string): never => {
    throw new ArchError("arch/unsupported-config",
      `arch: config.json "${key}" must be ${needed} for an encoder, got ${shown(config[key])}; use a plain encoder`);
  };
  if ((config["position_embedding_type"] ?? "absolute") !== "absolute") refuse("position_embedding_type", '"absolute"');
  for (const key of ["is_decoder", "add_cross_attention", "is_encoder_decoder"]) if ((config[key] ?? false) !== false) refuse(key, "false");
  if (Object.keys(requireObject(config["pruned_heads"] ?? {}, "pruned_heads")).length > 0) refuse("pruned_heads", "empty");
}
