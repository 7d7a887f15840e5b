import { BYTE_SYMBOLS } from "./byte-symbols.js";
import { Heap } from "./heap.js";

/** A pair of tokens that is joined into one. */
export type Merge = readonly [left: string, right: string];

/** Marks a symbol that has become a part of the one on its left. */
const JOINED = -1;

/** The ranks of pairs that a token begins, by the token on the right. */
type Ranks = Map<number, number>;

/**
 * Byte-level byte-pair encoding (Sennrich et al. 2016; Radford et al. 2019): joins the bytes of a word into tokens, the pair of lowest rank
 * first and the leftmost of equals. It spells any word.
 *
 * The symbols of a word are a linked list, and a heap holds the pairs that may be joined as `rank * length + position`, so that a word of n bytes
 * takes O(n log n): a line of a million equal letters is not a trap. Words are short and many, so the list lies in arrays that serve one word
 * after another.
 */
export class PairMerger {
  readonly #byteIds: Int32Array;
  readonly #ranks: readonly (Ranks | undefined)[]; // [vocab]
  readonly #joined: Int32Array; // [merges], the token that each merge makes
  readonly #encoder = new TextEncoder();
  readonly #candidates = new Heap<number>((a, b) => a < b);
  #length = 0;
  #bytes = new Uint8Array(0);
  #ids = new Int32Array(0);
  #next = new Int32Array(0);
  #previous = new Int32Array(0);

  /** `ids` has every byte symbol and the parts and the whole of every merge; the first merge is the first to apply. */
  constructor(ids: ReadonlyMap<string, number>, merges: readonly Merge[]) {
    this.#byteIds = Int32Array.from(BYTE_SYMBOLS, (symbol) => ids.get(symbol)!);
    this.#joined = Int32Array.from(merges, ([left, right]) => ids.get(left + right)!);
    const ranks = new Array<Ranks | undefined>(ids.size).fill(undefined);
    merges.forEach(([left, right], rank) => (ranks[ids.get(left)!] ??= new Map()).set(ids.get(right)!, rank));
    this.#ranks = ranks;
  }

  /** The ids of a word's tokens. */
  idsOf(word: string): Int32Array {
    this.#load(word);
    let tokens = this.#length;
    for (let position = 0; position < this.#length - 1; position++) this.#consider(position);
    for (let candidate = this.#candidates.pop(); candidate !== undefined; candidate = this.#candidates.pop()) {
      const position = candidate % this.#length;
      const rank = Math.floor(candidate / this.#length);
      if (this.#ids[position] === JOINED || this.#rankAt(position) !== rank) continue; // An earlier merge took a part of this pair.
      this.#join(position, this.#joined[rank]!);
      tokens--;
    }
    return this.#take(tokens);
  }

  /** Makes the list of a word's bytes. */
  #load(word: string): void {
    if (this.#bytes.length < 3 * word.length) this.#reserve(3 * word.length); // A UTF-16 unit is at most three bytes of UTF-8.
    this.#length = this.#encoder.encodeInto(word, this.#bytes).written;
    for (let position = 0; position < this.#length; position++) {
      this.#ids[position] = this.#byteIds[this.#bytes[position]!]!;
      this.#next[position] = position + 1;
      this.#previous[position] = position - 1;
    }
  }

  #reserve(bytes: number): void {
    this.#bytes = new Uint8Array(bytes);
    [this.#ids, this.#next, this.#previous] = [new Int32Array(bytes), new Int32Array(bytes), new Int32Array(bytes)];
  }

  /** Puts `token` in the place of the symbol at `position` and of the one after it, and considers what it makes with its neighbours. */
  #join(position: number, token: number): void {
    const right = this.#next[position]!;
    const [before, after] = [this.#previous[position]!, this.#next[right]!];
    this.#ids[position] = token;
    this.#ids[right] = JOINED;
    this.#next[position] = after;
    if (after < this.#length) this.#previous[after] = position;
    if (before >= 0) this.#consider(before);
    this.#consider(position);
  }

  /** The rank of the symbol at `position` with the one after it, if there is a merge for them. */
  #rankAt(position: number): number | undefined {
    const right = this.#next[position]!;
    return right < this.#length ? this.#ranks[this.#ids[position]!]?.get(this.#ids[right]!) : undefined;
  }

  #consider(position: number): void {
    const rank = this.#rankAt(position);
    if (rank !== undefined) this.#candidates.push(rank * this.#length + position);
  }

  /** What the list holds in the end, as an array of its own. */
  #take(tokens: number): Int32Array {
    const ids = new Int32Array(tokens);
    for (let i = 0, position = 0; i < tokens; i++, position = this.#next[position]!) ids[i] = this.#ids[position]!;
    return ids;
  }
}
