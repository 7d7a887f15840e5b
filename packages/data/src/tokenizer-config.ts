import { arrayAt, badTokenizer, type JsonObject, objectAt, shown, textAt } from "./tokenizer-fields.js";
import type { SpecialTokenNames, SpecialTokens } from "./tokenizer.js";

/** What `tokenizer_config.json` and `special_tokens_map.json` say. */
export interface TokenizerConfig {
  /** The fields of both, the former before the latter. */
  readonly fields: JsonObject;
  /** The spelling of the special tokens that they name. */
  readonly names: Partial<SpecialTokenNames>;
}

/** The fields that may name a role's token, the first that does; a sequence begins with the classifier's token where there is one. */
const FIELDS: { readonly [role in keyof SpecialTokens]: readonly string[] } = {
  begin: ["cls_token", "bos_token"], pad: ["pad_token"], end: ["sep_token", "eos_token"], unknown: ["unk_token"], mask: ["mask_token"],
};

/** Reads the parsed files, of which either may be missing; @throws DataError `data/bad-tokenizer`. */
export function tokenizerConfigAt(config: unknown = {}, specialTokensMap: unknown = {}): TokenizerConfig {
  const files = [objectAt(specialTokensMap, "special_tokens_map.json"), objectAt(config, "tokenizer_config.json")];
  const fields = Object.fromEntries(files.flatMap((file) => Object.entries(file).filter(([, value]) => value !== null)));
  const names: { -readonly [role in keyof SpecialTokens]?: string } = {};
  for (const role of Object.keys(FIELDS) as (keyof SpecialTokens)[]) {
    const field = FIELDS[role].find((name) => fields[name] !== undefined);
    if (field !== undefined) names[role] = contentAt(fields[field], field);
  }
  return { fields, names };
}

/** How a special token's field spells it: as text, or as an object with its flags. */
function contentAt(value: unknown, where: string): string {
  return typeof value === "string" ? textAt(value, where) : textAt(objectAt(value, where)["content"], `${where}.content`);
}

/** The entries of `added_tokens` that the config lists: all in `added_tokens_decoder`, else the special tokens that are objects with flags. */
export function configuredTokens({ fields }: TokenizerConfig, ids: ReadonlyMap<string, number>): JsonObject[] {
  const listed = fields["added_tokens_decoder"];
  if (listed !== undefined) {
    return Object.entries(objectAt(listed, "added_tokens_decoder")).map(([id, token]) => ({ id: Number(id), ...objectAt(token, `added_tokens_decoder.${id}`) }));
  }
  const entries = new Map<number, JsonObject>();
  for (const field of Object.values(FIELDS).flat()) {
    if (typeof fields[field] !== "object") continue;
    const { content, lstrip = false, rstrip = false, normalized = true, single_word = false } = objectAt(fields[field], field);
    const id = ids.get(textAt(content, `${field}.content`));
    if (id === undefined) throw badTokenizer(`${field} is ${shown(content)}, which is not in the vocabulary`);
    entries.set(id, { id, content, single_word, lstrip, rstrip, normalized, special: true });
  }
  return [...entries.values()].sort((a, b) => Number(a["id"]) - Number(b["id"]));
}

/** Refuses settings under which the older files would give other ids here. */
export function refuseUnsupported({ fields }: TokenizerConfig, family: string, classes: RegExp): void {
  const { tokenizer_class: className, do_basic_tokenize: cutsWords, never_split: neverSplit } = fields;
  if (className !== undefined && !classes.test(textAt(className, "tokenizer_class"))) {
    throw badTokenizer(`tokenizer_class must be of ${family} kind, got ${shown(className)}; give its tokenizer.json`);
  }
  if (cutsWords === false) throw badTokenizer("do_basic_tokenize must be true, got false");
  if (neverSplit !== undefined && arrayAt(neverSplit, "never_split").length > 0) throw badTokenizer(`never_split must be empty, got ${shown(neverSplit)}`);
}
