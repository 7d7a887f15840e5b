import { type Random } from "@bort/data";
import { type Tau } from "../agora-options.js";
import { requireCount } from "./require-count.js";
import { requireShare } from "./require-share.js";
import { type WordModel } from "./word-model.js";
import { drawWords, exampleUnless, type WordPlace, wordPlaces, type Wording, wordingOf } from "./wording.js";

/** Which words a tau replaces, and by which. */
export interface ReplaceShareOptions {
  /** Share of the words of an example, of its text and pair together; ceil(rate x words) are replaced. */
  readonly rate: number;
  /** A word is drawn from the likeliest replacements, as many as this, by their probabilities. */
  readonly top: number;
}

interface Replacing extends ReplaceShareOptions {
  readonly masked: boolean;
  /** Of the words, which may be chosen. Default: all. */
  readonly mayChange?: (wording: Wording, place: WordPlace) => boolean;
}

/**
 * A tau that replaces a share of the words of each example, all of which it asks for at once; `undefined` where no word can be replaced.
 *
 * @throws AgoraError `agora/bad-option`
 */
export function replaceShare(name: string, model: WordModel, { rate, top, masked, mayChange = () => true }: Replacing): Tau {
  requireShare(rate, "words to replace");
  requireCount(top, "replacements to draw from");
  const chosen = (wording: Wording, random: Random): readonly WordPlace[] => {
    const places = wordPlaces(wording);
    return random.shuffle(places.filter((place) => mayChange(wording, place))).slice(0, Math.ceil(rate * places.length));
  };
  return {
    name,
    transform: async (examples, { random, signal }) => {
      const wordings = examples.map(wordingOf);
      const questions = wordings.map((wording) => ({ wording, places: chosen(wording, random) }));
      const replacements = await model.replacements(questions, { top, masked, signal });
      return questions.map(({ wording, places }, i) => exampleUnless(examples[i]!, drawWords(wording, places, replacements[i]!, random)));
    },
  };
}
