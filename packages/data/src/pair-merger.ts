import { BYTE_SYMBOLS } from "./byte-symbols.js";
import { Heap } from "./heap.js";

/** A pair of tokens that is joined into one. */
export type Merge = readonly [left: string, right: string];

/** Marks a symbol that has become a part of the one on its left. */
const JOINED = -1;

/**
 * Byte-level byte-pair encoding (Sennrich et al. 2016; Radford et al. 2019): joins the bytes of a word into tokens, the pair of lowest rank first
 * and the leftmost of equals. It spells any word.
 */
export class PairMerger {
  readonly #vocabSize: number;
  readonly #byteIds: Int32Array;
  /** The rank of a pair by `left * vocabSize + right`. */
  readonly #rankOf = new Map<number, number>();
  readonly #joined: Int32Array; // [merges], the token that each merge makes
  readonly #encoder = new TextEncoder();

  /** `ids` has every byte symbol and the parts and the whole of every merge; the first merge is the first to apply. */
  constructor(ids: ReadonlyMap<string, number>, merges: readonly Merge[]) {
    this.#vocabSize = ids.size;
    this.#byteIds = Int32Array.from(BYTE_SYMBOLS, (symbol) => ids.get(symbol)!);
    this.#joined = new Int32Array(merges.length);
    merges.forEach(([left, right], rank) => {
      this.#rankOf.set(ids.get(left)! * this.#vocabSize + ids.get(right)!, rank);
      this.#joined[rank] = ids.get(left + right)!;
    });
  }

  /**
   * The ids of a word's tokens. The symbols are a linked list, and a heap holds the pairs that may be joined as `rank * length + position`,
   * so that a word of n bytes takes O(n log n): a line of a million equal letters is not a trap.
   */
  idsOf(word: string): Int32Array {
    const bytes = this.#encoder.encode(word);
    const length = bytes.length;
    const ids = Int32Array.from(bytes, (byte) => this.#byteIds[byte]!);
    const next = Int32Array.from(bytes, (_, i) => i + 1);
    const previous = Int32Array.from(bytes, (_, i) => i - 1);
    const heap = new Heap<number>((a, b) => a < b);
    const rankAt = (position: number): number | undefined => {
      const right = next[position]!;
      return right < length ? this.#rankOf.get(ids[position]! * this.#vocabSize + ids[right]!) : undefined;
    };
    const consider = (position: number): void => {
      const rank = rankAt(position);
      if (rank !== undefined) heap.push(rank * length + position);
    };
    for (let position = 0; position < length - 1; position++) consider(position);
    for (let entry = heap.pop(); entry !== undefined; entry = heap.pop()) {
      const position = entry % length;
      const rank = Math.floor(entry / length);
      if (ids[position] === JOINED || rankAt(position) !== rank) continue; // An earlier merge took a part of this pair.
      const right = next[position]!;
      ids[position] = this.#joined[rank]!;
      ids[right] = JOINED;
      next[position] = next[right]!;
      if (next[position]! < length) previous[next[position]!] = position;
      if (previous[position]! >= 0) consider(previous[position]!);
      consider(position);
    }
    return ids.filter((id) => id !== JOINED);
  }
}
