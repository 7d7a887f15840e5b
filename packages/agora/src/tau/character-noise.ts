import { type Random } from "@bort/data";
import { type Tau } from "../agora-options.js";
import { requireShare } from "./require-share.js";
import { textTau, wordsOf } from "./text-tau.js";

/**
 * Misspells each word with probability `rate`, as hands do: a character is left out, doubled, or changes places with the next. Words of one character stay.
 *
 * @throws AgoraError `agora/bad-option` unless 0 < rate < 1
 */
export function characterNoise({ rate = 0.1 }: { readonly rate?: number } = {}): Tau {
  requireShare(rate, "words to misspell");
  return textTau("character-noise", (text, random) => wordsOf(text).map((word) => (random.uniform() < rate ? misspelt(word, random) : word)).join(" "));
}

function misspelt(word: string, random: Random): string {
  const characters = [...word];
  if (characters.length < 2) return word;
  const at = random.integer(characters.length - 1);
  const here = characters[at]!;
  const mistakes = [[], [here, here, characters[at + 1]!], [characters[at + 1]!, here]];
  const kind = random.integer(mistakes.length);
  characters.splice(at, kind === 0 ? 1 : 2, ...mistakes[kind]!);
  return characters.join("");
}
