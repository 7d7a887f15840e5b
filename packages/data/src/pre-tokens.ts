/**
 * Contractions, then letters, digits and other marks, each with one leading space, then white space: GPT-2's pattern (Radford et al. 2019).
 * White space is the Unicode property rather than JavaScript's `\s`, which adds U+FEFF and lacks U+0085.
 */
const PATTERN =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/** Cuts a text into the pieces that no token crosses; joined, they are the text again. */
export function preTokens(text: string): readonly string[] {
  return text.match(PATTERN) ?? [];
}
