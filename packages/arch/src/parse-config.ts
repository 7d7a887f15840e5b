import { ArchError } from "./arch-error.js";
import { archFromJson, isArchJson } from "./arch-json.js";
import { type EncoderArch } from "./encoder-arch.js";
import { fromHfConfig, hfExtrasOf, type HfExtras } from "./hf-config.js";
import { badField, requireObject } from "./json-fields.js";

/** An architecture read from text, and what its `config.json` says beside it; nothing where it was the library's own JSON. */
export interface ParsedConfig {
  readonly arch: EncoderArch;
  readonly extras: HfExtras;
}

/** The longest text that is read, in characters: 1 MiB. A `config.json` has about one thousandth of that. */
const longestText = 2 ** 20;

const deepestNesting = 64;

/**
 * Reads an architecture from text of unknown origin: a Hugging Face `config.json`, or the library's own JSON.
 *
 * Throws `arch/too-large` for more than 1 MiB, `arch/not-json`, and what `fromHfConfig`, `hfExtrasOf` and `archFromJson` throw.
 */
export function parseConfig(text: string): ParsedConfig {
  if (text.length > longestText) {
    throw new ArchError("arch/too-large", `arch: a config must have at most ${longestText} characters, got ${text.length}; give the config.json alone`);
  }
  requireShallow(text);
  const json = requireObject(parsed(text), "a config");
  return isArchJson(json) ? { arch: archFromJson(json), extras: {} } : { arch: fromHfConfig(json), extras: hfExtrasOf(json) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = (error as Error).message.replaceAll(/\s+/gu, " ").slice(0, 80);
    throw new ArchError("arch/not-json", `arch: a config must be JSON, got text that is not (${reason}); restore the file`);
  }
}

/** Parsers and writers of JSON that call themselves for each level have a stack to run out of. */
function requireShallow(text: string): void {
  let depth = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!;
    if (character === '"') quoted = !quoted;
    else if (quoted && character === "\\") index++;
    else if (!quoted && (character === "[" || character === "{")) depth++;
    else if (!quoted && (character === "]" || character === "}")) depth--;
    if (depth > deepestNesting) throw badField(`lists and objects must be nested at most ${deepestNesting} deep`, `${text.slice(0, 20)}...`);
  }
}
