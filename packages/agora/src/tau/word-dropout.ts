import { type Tau } from "../agora-options.js";
import { requireShare } from "./require-share.js";
import { textTau, wordsOf } from "./text-tau.js";

/** Drops each word with probability `rate`; one stays at least. @throws AgoraError `agora/bad-option` unless 0 < rate < 1 */
export function wordDropout({ rate = 0.1 }: { readonly rate?: number } = {}): Tau {
  requireShare(rate, "words to drop");
  return textTau("word-dropout", (text, random) => {
    const words = wordsOf(text);
    const spared = words.length === 0 ? -1 : random.integer(words.length);
    return words.filter((_, i) => i === spared || random.uniform() >= rate).join(" ");
  });
}
