import { type Random } from "@bort/data";
import { type Tau } from "../agora-options.js";
import { requireCount } from "./require-count.js";
import { type WordModel } from "./word-model.js";
import { drawWords, exampleUnless, type WordPlace, wordPlaces, type Wording, wordingOf } from "./wording.js";

export interface SpanFillOptions {
  /** Words of a span; a shorter text is a span as a whole. Default 3. */
  readonly words?: number;
  /** A word is drawn from the likeliest, as many as this, by their probabilities. Default 10. */
  readonly top?: number;
}

/**
 * Masks a span of consecutive words in each example, in its text or its pair, and fills it from left to right: each word is drawn, another than it was,
 * where the model sees those before it and masks for those after it.
 *
 * @throws AgoraError `agora/bad-option`
 */
export function spanFill(model: WordModel, { words = 3, top = 10 }: SpanFillOptions = {}): Tau {
  requireCount(words, "words of a span");
  requireCount(top, "replacements to draw from");
  return {
    name: "span-fill",
    transform: async (examples, { random, signal }) => {
      let spans = examples.map((example) => {
        const wording = wordingOf(example);
        return { wording, places: spanOf(wording, words, random) };
      });
      for (let filled = 0; filled < words; filled++) {
        const replacements = await model.replacements(spans, { top, masked: true, signal });
        spans = spans.map(({ wording, places: [next, ...rest] }, i) =>
          ({ wording: next === undefined ? wording : drawWords(wording, [next], replacements[i]!, random), places: rest }));
      }
      return spans.map(({ wording }, i) => exampleUnless(examples[i]!, wording));
    },
  };
}

/** Consecutive words of one text, every such span equally likely. */
function spanOf(wording: Wording, words: number, random: Random): readonly WordPlace[] {
  const places = wordPlaces(wording);
  const spans = wording.flatMap((_, text) => {
    const own = places.filter((place) => place.text === text);
    return own.slice(0, own.length === 0 ? 0 : Math.max(1, own.length - words + 1)).map((_first, start) => own.slice(start, start + words));
  });
  return spans.length === 0 ? [] : spans[random.integer(spans.length)]!;
}
