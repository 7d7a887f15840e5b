import { ArchError } from "../arch-error.js";
import { type EncoderArch } from "../encoder-arch.js";
import { badField, type JsonObject } from "../json-fields.js";
import { sameArch } from "../same-arch.js";
import { type HfFamily } from "./hf-family.js";

/** What the fields of a `config.json` say about an encoder, and whether they say all of it. */
export interface HfEncoder {
  readonly fields: JsonObject;
  /** Whether reading {@link fields} gives the same architecture; else the file needs a `bort` field. */
  readonly complete: boolean;
}

/** Reads an encoder from the fields of its model type alone; `config.architectures` tells whether it has a pooler. */
export function readEncoder(config: JsonObject, family: HfFamily): EncoderArch {
  const [first] = architecturesOf(config);
  return family.read(config, family.poolerClasses.some((name) => first === family.classPrefix + name));
}

/**
 * Writes an encoder in the fields of a model type.
 *
 * Where several spellings say the same, that of `spelling` is kept. Where the type cannot say what `arch` is, the heads become a list, one
 * entry a layer: transformers refuse that, and would otherwise build another network, in the worst case one whose matrices have the same
 * shapes. They stay a number where the difference does no harm: a pooler more or less, and a row of zeros for the token type that `arch`
 * does not have.
 */
export function writeEncoder(arch: EncoderArch, family: HfFamily, { architectures, spelling }: {
  readonly architectures: readonly string[];
  readonly spelling: JsonObject;
}): HfEncoder {
  const canonical = family.write(arch);
  const kept = family.spellings.filter((key) => Object.hasOwn(spelling, key)).map((key) => [key, spelling[key]] as const);
  const candidates = [{ ...canonical, ...Object.fromEntries(kept) }, canonical]
    .map((fields) => ({ fields, read: attemptToRead({ ...fields, architectures }, family) }));
  const exact = candidates.find(({ read }) => read !== undefined && sameArch(read, arch));
  if (exact !== undefined) return { fields: exact.fields, complete: true };
  const harmless = candidates.find(({ read }) => read !== undefined && differHarmlessly(read, arch));
  if (harmless !== undefined) return { fields: harmless.fields, complete: false };
  return { fields: { ...canonical, [family.headsField]: arch.layers.map(({ heads }) => heads) }, complete: false };
}

/** The names of the transformers classes; none where the field is absent or null. Throws `arch/bad-config`. */
export function architecturesOf(config: JsonObject): readonly string[] {
  const names = config["architectures"] ?? [];
  if (Array.isArray(names) && names.every((name: unknown) => typeof name === "string")) return names;
  throw badField("architectures must be a list of texts", names);
}

function attemptToRead(config: JsonObject, family: HfFamily): EncoderArch | undefined {
  try {
    return readEncoder(config, family);
  } catch (error) {
    if (error instanceof ArchError) return undefined;
    throw error;
  }
}

function differHarmlessly(read: EncoderArch, arch: EncoderArch): boolean {
  const zeroRow = arch.tokenTypes === 0 && read.tokenTypes === 1;
  return sameArch({ ...read, pooler: arch.pooler, tokenTypes: zeroRow ? 0 : read.tokenTypes }, arch);
}
