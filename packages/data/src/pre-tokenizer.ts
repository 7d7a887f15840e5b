import { preTokens } from "./pre-tokens.js";
import { arrayAt, badTokenizer, flagAt, type JsonObject, kindAt, objectAt, shown } from "./tokenizer-fields.js";

/** Cuts a text into the words that no token crosses. */
export interface PreTokenizer {
  cut(text: string): readonly string[];
  /** Whether words keep the space before them and are meant to be spelled in bytes. */
  readonly isByteLevel: boolean;
}

/** Reads the `pre_tokenizer` of a tokenizer.json; @throws DataError `data/bad-tokenizer` for a kind that is not known. */
export function preTokenizerAt(value: unknown, where = "pre_tokenizer"): PreTokenizer {
  if (value === null || value === undefined) return WHOLE;
  const fields = objectAt(value, where);
  return kindAt(KINDS, fields, where)(fields, where);
}

const WHOLE: PreTokenizer = { cut: (text) => text === "" ? [] : [text], isByteLevel: false };

/** Words of BERT: punctuation and ASCII symbols alone, and what stands between them and white space. */
export function bertWords(text: string): readonly string[] {
  return text.match(BERT_WORD) ?? [];
}

const BERT_WORD = /[!-/:-@[-`{-~\p{P}]|[^\p{White_Space}!-/:-@[-`{-~\p{P}]+/gu;

/** Runs of letters, marks, digits and connectors, and runs of anything else, without white space. */
const WORD_OR_MARKS =
  /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+|[^\p{White_Space}\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+/gu;

const KINDS: Readonly<Record<string, (fields: JsonObject, where: string) => PreTokenizer>> = {
  BertPreTokenizer: () => ({ cut: bertWords, isByteLevel: false }),
  ByteLevel: byteLevelAt,
  Whitespace: () => matching(WORD_OR_MARKS),
  WhitespaceSplit: () => matching(/\P{White_Space}+/gu),
  Sequence: sequenceAt,
};

function matching(pattern: RegExp): PreTokenizer {
  return { cut: (text) => text.match(pattern) ?? [], isByteLevel: false };
}

function byteLevelAt(fields: JsonObject, where: string): PreTokenizer {
  const cut = flagAt(fields["use_regex"], `${where}.use_regex`, true) ? preTokens : WHOLE.cut;
  if (!flagAt(fields["add_prefix_space"], `${where}.add_prefix_space`, true)) return { cut, isByteLevel: true };
  return { cut: (text) => cut(text === "" || text.startsWith(" ") ? text : ` ${text}`), isByteLevel: true };
}

function sequenceAt(fields: JsonObject, where: string): PreTokenizer {
  const steps = arrayAt(fields["pretokenizers"], `${where}.pretokenizers`).map((step, i) => preTokenizerAt(step, `${where}.pretokenizers[${i}]`));
  const early = steps.slice(0, -1).findIndex(({ isByteLevel }) => isByteLevel);
  if (early >= 0) throw badTokenizer(`${where}.pretokenizers may have ByteLevel at their end alone, got it at ${shown(early)} of ${steps.length}`);
  return {
    cut: (text) => steps.reduce<readonly string[]>((words, step) => words.flatMap((word) => step.cut(word)), WHOLE.cut(text)),
    isByteLevel: steps.at(-1)?.isByteLevel ?? false,
  };
}
