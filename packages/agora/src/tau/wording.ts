import { type Random, type TextExample } from "@bort/data";
import { type Replacement } from "./likeliest-words.js";

/** An example's text, and its pair where there is one, each cut into other characters and words by turns: odd pieces are words, all joined are the text. */
export type Wording = readonly (readonly string[])[];

/** A word of an example. */
export interface WordPlace {
  /** 0 for its text, 1 for its pair. */
  readonly text: number;
  /** Which piece of it. */
  readonly piece: number;
}

/** Letters and digits, with the apostrophes between them; what follows another apostrophe, as in "it 's", is no word. */
const WORD = /((?<![\p{L}\p{M}\p{N}'’])[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}\p{N}]+)*)/u;

export const wordingOf = ({ text, pair }: TextExample): Wording => (pair === undefined ? [text] : [text, pair]).map((each) => each.split(WORD));

/** The example of that wording, without a label; `undefined` where it is `before`. */
export function exampleUnless(before: TextExample, wording: Wording): TextExample | undefined {
  const [text, pair] = wording.map((pieces) => pieces.join(""));
  return text === before.text && pair === before.pair ? undefined : { text: text!, ...(pair !== undefined && { pair }) };
}

/** The words that have a letter, in their order. */
export const wordPlaces = (wording: Wording): WordPlace[] =>
  wording.flatMap((pieces, text) => pieces.flatMap((word, piece) => (piece % 2 === 1 && /\p{L}/u.test(word) ? { text, piece } : [])));

export const wordAt = (wording: Wording, { text, piece }: WordPlace): string => wording[text]![piece]!;

/** Whether a space stands right before the word, as if one stood before every text too: most words of a vocabulary that spells spaces have one. */
export function followsSpace(wording: Wording, { text, piece }: WordPlace): boolean {
  const before = wording[text]![piece - 1]!;
  return before.endsWith(" ") || (before === "" && piece === 1);
}

/** The word with the space before it, where it follows one: what a tokenizer that spells spaces reads. */
export const spacedWordAt = (wording: Wording, place: WordPlace): string => `${followsSpace(wording, place) ? " " : ""}${wordAt(wording, place)}`;

/** The wording with a word drawn for each place out of its replacements, by their probabilities; a word that has none stays. */
export function drawWords(wording: Wording, places: readonly WordPlace[], replacements: readonly (readonly Replacement[])[], random: Random): Wording {
  const changed = wording.map((pieces) => [...pieces]);
  places.forEach(({ text, piece }, i) => { changed[text]![piece] = drawn(replacements[i]!, random) ?? changed[text]![piece]!; });
  return changed;
}

function drawn(replacements: readonly Replacement[], random: Random): string | undefined {
  let left = random.uniform();
  return (replacements.find(({ probability }) => (left -= probability) < 0) ?? replacements.at(-1))?.word;
}
