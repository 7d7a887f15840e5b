import { type TextExample } from "@bort/data";

/** How many places features are hashed into. */
export const FEATURE_PLACES: number = 2 ** 14;

/**
 * The words of an example and its pairs of neighbouring words, hashed: distinct places of a vector of {@link FEATURE_PLACES}, in ascending order.
 *
 * Words are runs of letters and digits, and every other character that is no white space; letters count as lower case, and those of `pair` are apart from those
 * of `text`. One more feature is common to all examples, so that a linear model of them needs no constant. Source: Weinberger et al. 2009 (arXiv 0902.2206).
 */
export function hashedFeatures({ text, pair }: Pick<TextExample, "pair" | "text">): Int32Array {
  const places = new Set([placeOf(BASIS)]);
  for (const [part, words] of [wordsOf(text), wordsOf(pair ?? "")].entries()) {
    const start = absorb(BASIS, String(part));
    let before = absorb(start, " ");
    for (const word of words) {
      places.add(placeOf(absorb(before, word)));
      const alone = absorb(start, word);
      places.add(placeOf(alone));
      before = absorb(alone, " ");
    }
  }
  return Int32Array.from(places).sort();
}

const wordsOf = (text: string): readonly string[] => text.toLowerCase().match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu) ?? [];

/** The 32 bits that an FNV-1a hash starts with. */
const BASIS = 0x811c9dc5;

/** Goes on with an FNV-1a hash, by code units in place of bytes. */
function absorb(hash: number, text: string): number {
  let next = hash;
  for (let i = 0; i < text.length; i++) next = Math.imul(next ^ text.charCodeAt(i), 0x01000193);
  return next;
}

/** FNV's upper bits vary more than its lower ones, so both count. */
const placeOf = (hash: number): number => (hash ^ (hash >>> 14)) & (FEATURE_PLACES - 1);
