import { preTokens } from "./pre-tokens.js";
import { unsharedCopy } from "./unshared-copy.js";

/** The longest pre-token that is counted whole, in code points; longer ones, such as a line of Chinese, are counted in pieces. */
const LONGEST = /[^]{1,128}/gu;

/** What to count, and how much memory it may take. */
export interface CountPreTokensOptions {
  /** Cuts a text into pre-tokens. Default: byte-level BPE's `preTokens`. */
  readonly cut?: (text: string) => readonly string[];
  /** The most distinct pre-tokens to hold at once; beyond it the rarest are forgotten. Default 2,000,000. */
  readonly maxDistinct?: number;
  /** Awaited after every text. */
  readonly breathe: () => Promise<void>;
}

/**
 * Counts the pre-tokens of a stream of texts in bounded memory.
 * Up to `maxDistinct` distinct ones the counts are exact; beyond, those of the rarest are too low or missing.
 */
export async function countPreTokens(
  texts: Iterable<string> | AsyncIterable<string>, { cut = preTokens, maxDistinct = 2_000_000, breathe }: CountPreTokensOptions,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for await (const text of texts) {
    for (const preToken of cut(text)) {
      const pieces = preToken.length <= 128 ? [preToken] : preToken.match(LONGEST)!;
      for (const piece of pieces) {
        const count = counts.get(piece);
        counts.set(count === undefined ? unsharedCopy(piece) : piece, (count ?? 0) + 1);
      }
    }
    if (counts.size > maxDistinct) forgetRarest(counts, maxDistinct / 2);
    await breathe();
  }
  return counts;
}

/** Forgets what was counted once, then twice, and so on, until at most `keep` are left. */
function forgetRarest(counts: Map<string, number>, keep: number): void {
  for (let rare = 1; counts.size > keep; rare++) {
    for (const [preToken, count] of counts) if (count <= rare) counts.delete(preToken);
  }
}
