import { flagAt, integerAt, type JsonObject, objectAt, textAt } from "./tokenizer-fields.js";

/** A token that is found in the text as a whole and never taken apart. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Whether it takes the white space on its left with it, as RoBERTa's `<mask>` does. */
  readonly stripsLeft: boolean;
  /** Whether it takes the white space on its right with it. */
  readonly stripsRight: boolean;
  /** Whether it is found only where no letter, mark or digit stands next to it. */
  readonly isWholeWord: boolean;
  /** Whether it is looked for, in its normalized spelling, in the normalized text; otherwise in the text as it is. */
  readonly isNormalized: boolean;
}

/** Reads an entry of `added_tokens`; @throws DataError `data/bad-tokenizer`. */
export function addedTokenAt(value: unknown, where: string): AddedToken {
  const token = objectAt(value, where);
  const flag = (name: string): boolean => flagAt(token[name], `${where}.${name}`, false);
  return {
    id: integerAt(token["id"], `${where}.id`),
    content: textAt(token["content"], `${where}.content`),
    stripsLeft: flag("lstrip"), stripsRight: flag("rstrip"), isWholeWord: flag("single_word"), isNormalized: flag("normalized"),
  };
}

/** An entry of `added_tokens` for markup that is not normalized; `stripsLeft` as RoBERTa has it for `<mask>`. */
export function specialTokenEntry(id: number, content: string, stripsLeft = false): JsonObject {
  return { id, content, single_word: false, lstrip: stripsLeft, rstrip: false, normalized: false, special: true };
}

/** Finds added tokens in a text: the leftmost first, the longest of those that start together. */
export class AddedTokenFinder {
  readonly #bySpelling: ReadonlyMap<string, AddedToken>;
  readonly #pattern: RegExp | undefined;

  /** `spell` gives the form of a token's content that is looked for; tokens whose form is empty are never found. */
  constructor(tokens: readonly AddedToken[], spell: (content: string) => string = (content) => content) {
    this.#bySpelling = new Map(tokens.map((token) => [spell(token.content), token] as const).filter(([spelling]) => spelling !== ""));
    const longestFirst = [...this.#bySpelling.keys()].sort((a, b) => b.length - a.length);
    if (longestFirst.length > 0) this.#pattern = new RegExp(longestFirst.map(escapePattern).join("|"), "gu");
  }

  /** The text in pieces: a string is text between added tokens and never empty, a number is an added token's id. */
  split(text: string): readonly (string | number)[] {
    if (text === "") return [];
    if (this.#pattern === undefined) return [text];
    const pieces: (string | number)[] = [];
    let start = 0;
    for (const match of text.matchAll(this.#pattern)) {
      const token = this.#bySpelling.get(match[0])!;
      const after = match.index + match[0].length;
      if (token.isWholeWord && isBesideWord(text, match.index, after)) continue;
      let end = match.index;
      if (token.stripsLeft) while (end > start && isWhiteSpace(text[end - 1]!)) end--;
      if (end > start) pieces.push(text.slice(start, end));
      pieces.push(token.id);
      start = after;
      if (token.stripsRight) while (start < text.length && isWhiteSpace(text[start]!)) start++;
    }
    if (start < text.length) pieces.push(text.slice(start));
    return pieces;
  }
}

const WORD_BEFORE = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u;
const WORD_AFTER = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;

/** Whether the part of `text` from `start` to `end` goes on as a word on either side. */
function isBesideWord(text: string, start: number, end: number): boolean {
  return WORD_BEFORE.test(text.slice(Math.max(0, start - 2), start)) || WORD_AFTER.test(text.slice(end, end + 2));
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

function isWhiteSpace(character: string): boolean {
  return /\p{White_Space}/u.test(character);
}
