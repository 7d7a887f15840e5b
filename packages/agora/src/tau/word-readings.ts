import { truncatePair, type Tokenizer } from "@bort/data";
import { followsSpace, spacedWordAt, type WordPlace, type Wording } from "./wording.js";

/** Words of an example that others are wanted for. */
export interface WordQuestion {
  readonly wording: Wording;
  readonly places: readonly WordPlace[];
}

/** What a model reads at once: an example, or the part of it around some of the words. */
export interface WordReading {
  readonly ids: Int32Array;
  /** Where in `ids` the words are, each by its number in the question. */
  readonly words: readonly { readonly word: number; readonly position: number }[];
}

export interface WordReadingOptions {
  /** Whether the mask token stands in the words' places; words that are seen begin there. */
  readonly masked: boolean;
  /** The most tokens of a reading, with the special ones that the tokenizer puts around texts. */
  readonly maxLength: number;
}

/**
 * What to read for a question: the whole example where it is short enough. Of a longer one, its two texts cut in equal shares, each word is read with what is
 * around it, a quarter of its text's share on either side at least, and with the start of the other text; words near one another share a reading.
 */
export function wordReadings(tokenizer: Tokenizer, { wording, places }: WordQuestion, { masked, maxLength }: WordReadingOptions): WordReading[] {
  const texts = wording.map((_, text) => markedTokens(tokenizer, wording, text, places, masked));
  const [first, second] = texts.map(({ ids }) => ids.length) as [number, number | undefined];
  const room = maxLength - modelInput(tokenizer, wording.map(() => [])).length;
  const kept = second === undefined ? [Math.min(first, room)] : truncatePair(first, second, room);
  const windows = new Map<string, { readonly starts: readonly number[]; readonly words: number[] }>();
  places.forEach((place, word) => {
    const starts = texts.map(({ ids, marks }, text) => (text === place.text ? windowStart(marks.indexOf(markOf(word)), ids.length, kept[text]!) : 0));
    const window = windows.get(starts.join()) ?? { starts, words: [] };
    window.words.push(word);
    windows.set(starts.join(), window);
  });
  return Array.from(windows.values(), ({ starts, words }) => {
    const read = (of: (text: MarkedTokens) => readonly number[]): Int32Array =>
      modelInput(tokenizer, texts.map((text, i) => of(text).slice(starts[i], starts[i]! + kept[i]!)));
    const marks = read((text) => text.marks);
    return { ids: read((text) => text.ids), words: words.map((word) => ({ word, position: marks.indexOf(markOf(word)) })) };
  });
}

const modelInput = (tokenizer: Tokenizer, [first, second]: readonly (readonly number[])[]): Int32Array => tokenizer.modelInput(first!, second).ids;

/** Where to begin so that a token is near the middle of `kept` tokens out of `length`: in steps of half of them, so that neighbours begin alike. */
function windowStart(token: number, length: number, kept: number): number {
  const step = Math.max(1, Math.floor(kept / 2));
  return Math.max(0, Math.min(Math.round((token - kept / 2) / step) * step, length - kept));
}

/** The tokens of a text, and as many marks: of a word's first token its own, 0 of all others. */
interface MarkedTokens {
  readonly ids: readonly number[];
  readonly marks: readonly number[];
}

/** Below 0, so that it is no id. */
const markOf = (word: number): number => -1 - word;

/** Encodes what is between the words as it stands, each word with the space before it; a space is read before the text. */
function markedTokens(tokenizer: Tokenizer, wording: Wording, text: number, places: readonly WordPlace[], masked: boolean): MarkedTokens {
  const wordOf = new Map(places.flatMap((place, word) => (place.text === text ? [[place.piece, word] as const] : [])));
  const [ids, marks]: [number[], number[]] = [[], []];
  const append = (tokens: Iterable<number>, mark: number): void => {
    let next = mark;
    for (const id of tokens) {
      ids.push(id);
      marks.push(next);
      next = 0;
    }
  };
  let between = " ";
  for (const [piece, characters] of wording[text]!.entries()) {
    const word = wordOf.get(piece);
    if (word === undefined) { between += characters; continue; }
    const place = { text, piece };
    append(tokenizer.encode(followsSpace(wording, place) ? between.slice(0, -1) : between), 0);
    append(masked ? [tokenizer.special.mask] : tokenizer.encode(spacedWordAt(wording, place)), markOf(word));
    between = "";
  }
  append(tokenizer.encode(between), 0);
  return { ids, marks };
}
