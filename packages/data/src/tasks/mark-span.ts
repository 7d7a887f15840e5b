/** What is put before and after a span: a token that the texts of WiC and WSC do not have. */
const MARK = "#";

/** A span of words: its text, and the number of its first word, from 0, where words are what is between spaces. */
export interface WordSpan {
  readonly text: string;
  readonly word: number;
}

/** The text with marks around the characters from `start` to before `end`, counted in Unicode characters. */
export function aroundSpan(text: string, start: number, end: number): string {
  const characters = [...text];
  const part = (from: number, to?: number): string => characters.slice(from, to).join("");
  return `${part(0, start)}${MARK} ${part(start, end)} ${MARK}${part(end)}`;
}

/**
 * The text with marks around spans of words. Published spans do not all agree with their text in case, punctuation and word number, so a span is the
 * place of its text that is nearest to where its word begins, in any case; where there is none, it is that word.
 */
export function aroundWords(text: string, spans: readonly WordSpan[]): string {
  const places = spans.map((span) => placeOf(text, span));
  const marks = places.flatMap(({ start, end }) => [{ at: start, mark: `${MARK} ` }, { at: end, mark: ` ${MARK}` }]);
  return marks.sort((a, b) => b.at - a.at).reduce((marked, { at, mark }) => marked.slice(0, at) + mark + marked.slice(at), text); // From the end.
}

interface Place {
  readonly start: number;
  readonly end: number;
}

function placeOf(text: string, { text: span, word }: WordSpan): Place {
  const words = [...text.matchAll(/\S+/g)];
  const { index: wanted, 0: { length } } = words[Math.min(word, words.length - 1)] ?? { index: 0, 0: "" };
  const starts = startsOf(lowerCase(text), lowerCase(span.trim()));
  if (starts.length === 0) return { start: wanted, end: wanted + length };
  const start = starts.reduce((best, each) => (Math.abs(each - wanted) < Math.abs(best - wanted) ? each : best));
  return { start, end: start + span.trim().length };
}

function startsOf(text: string, part: string): number[] {
  const starts: number[] = [];
  if (part === "") return starts;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) starts.push(at);
  return starts;
}

/** Of letters without marks alone, so that places stay the same. */
const lowerCase = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
