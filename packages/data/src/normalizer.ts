import { bertNormalizer } from "./bert-normalizer.js";
import { lowercase } from "./lowercase.js";
import { arrayAt, flagAt, type JsonObject, kindAt, objectAt } from "./tokenizer-fields.js";

/** Rewrites a text before it is cut into words. */
export type Normalizer = (text: string) => string;

/** Reads the `normalizer` of a tokenizer.json; @throws DataError `data/bad-tokenizer` for a kind that is not known. */
export function normalizerAt(value: unknown, where = "normalizer"): Normalizer {
  if (value === null || value === undefined) return (text) => text;
  const fields = objectAt(value, where);
  return kindAt(KINDS, fields, where)(fields, where);
}

const KINDS: Readonly<Record<string, (fields: JsonObject, where: string) => Normalizer>> = {
  BertNormalizer: bertNormalizerAt,
  Lowercase: () => lowercase,
  NFC: () => (text) => text.normalize("NFC"),
  NFD: () => (text) => text.normalize("NFD"),
  NFKC: () => (text) => text.normalize("NFKC"),
  NFKD: () => (text) => text.normalize("NFKD"),
  StripAccents: () => (text) => text.replace(/\p{M}/gu, ""),
  Sequence: sequenceAt,
};

function bertNormalizerAt(fields: JsonObject, where: string): Normalizer {
  const flag = (name: string): boolean => flagAt(fields[name], `${where}.${name}`, true);
  const lowercases = flag("lowercase");
  const stripsAccents = flagAt(fields["strip_accents"], `${where}.strip_accents`, lowercases);
  return bertNormalizer({ cleansText: flag("clean_text"), spacesChinese: flag("handle_chinese_chars"), lowercases, stripsAccents });
}

function sequenceAt(fields: JsonObject, where: string): Normalizer {
  const steps = arrayAt(fields["normalizers"], `${where}.normalizers`).map((step, i) => normalizerAt(step, `${where}.normalizers[${i}]`));
  return (text) => steps.reduce((normalized, step) => step(normalized), text);
}
