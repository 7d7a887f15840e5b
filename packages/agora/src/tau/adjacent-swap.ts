import { type Tau } from "../agora-options.js";
import { requireShare } from "./require-share.js";
import { textTau, wordsOf } from "./text-tau.js";

/** Swaps neighbouring words: ceil(rate x words) pairs, which have no word in common. @throws AgoraError `agora/bad-option` unless 0 < rate < 1 */
export function adjacentSwap({ rate = 0.1 }: { readonly rate?: number } = {}): Tau {
  requireShare(rate, "words to swap");
  return textTau("adjacent-swap", (text, random) => {
    const words = wordsOf(text);
    const moved = new Set<number>();
    let swaps = Math.ceil(rate * words.length);
    for (const left of random.shuffle(Array.from({ length: Math.max(0, words.length - 1) }, (_, i) => i))) {
      if (swaps === 0) break;
      if (moved.has(left) || moved.has(left + 1)) continue;
      [words[left], words[left + 1]] = [words[left + 1]!, words[left]!];
      moved.add(left).add(left + 1);
      swaps--;
    }
    return words.join(" ");
  });
}
