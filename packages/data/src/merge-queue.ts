import { Heap } from "./heap.js";

/** A pair of neighbouring tokens and where it stands. */
export interface TokenPair {
  readonly left: number;
  readonly right: number;
}

interface PairUse extends TokenPair {
  /** How often it stands in the corpus. */
  count: number;
  /** The words that it was seen in; a later merge may have taken it from some. */
  readonly words: number[];
}

/** A pair as it was when it was queued: its count can only have fallen since. */
interface Entry {
  readonly use: PairUse;
  readonly count: number;
}

/**
 * The words of a corpus as token sequences, and their pairs in the order to merge: the most frequent first,
 * and of equals the one with the lower left id, then the lower right id, so that training depends on nothing but the counts.
 */
export class MergeQueue {
  readonly #symbols: Int32Array; // All words one after another; a word shrinks in its place.
  readonly #starts: number[] = [];
  readonly #lengths: number[] = [];
  readonly #counts: number[] = [];
  #used = 0;
  readonly #vocabSize: number;
  readonly #uses = new Map<number, PairUse>(); // By left * vocabSize + right.
  readonly #heap = new Heap<Entry>((a, b) => a.count > b.count || (a.count === b.count && this.#key(a.use) < this.#key(b.use)));

  /** `symbols` is the length of all words together, `vocabSize` is above every id. */
  constructor(symbols: number, vocabSize: number) {
    this.#symbols = new Int32Array(symbols);
    this.#vocabSize = vocabSize;
  }

  /** Adds a word that stands `count` times in the corpus. All words come before the first `pop`. */
  add(ids: ArrayLike<number>, count: number): void {
    const word = this.#starts.length;
    this.#starts.push(this.#used);
    this.#lengths.push(ids.length);
    this.#counts.push(count);
    this.#symbols.set(ids, this.#used);
    this.#used += ids.length;
    for (let i = 0; i + 1 < ids.length; i++) this.#change(ids[i]!, ids[i + 1]!, count, word);
  }

  /** Queues every pair of the words added. */
  start(): void {
    for (const use of this.#uses.values()) this.#heap.push({ use, count: use.count });
  }

  /** Takes the most frequent pair out of the queue, or gives nothing where none stands `minCount` times. */
  pop(minCount: number): TokenPair | undefined {
    for (let entry = this.#heap.pop(); entry !== undefined; entry = this.#heap.pop()) {
      const { use, count } = entry;
      if (use.count < minCount) continue;
      if (use.count === count) return use;
      this.#heap.push({ use, count: use.count });
    }
    return undefined;
  }

  /** Joins `pair` into the new token `joined` in every word, and queues the pairs that this makes. */
  merge(pair: TokenPair, joined: number): void {
    const use = this.#uses.get(this.#key(pair))!;
    const made = new Set<PairUse>();
    for (const word of use.words) this.#mergeWord(word, pair, joined, made);
    for (const fresh of made) this.#heap.push({ use: fresh, count: fresh.count });
    this.#uses.delete(this.#key(pair));
  }

  #mergeWord(word: number, { left, right }: TokenPair, joined: number, made: Set<PairUse>): void {
    const symbols = this.#symbols;
    const count = this.#counts[word]!;
    const start = this.#starts[word]!;
    const end = start + this.#lengths[word]!;
    let write = start;
    for (let read = start; read < end; read++) {
      if (symbols[read] !== left || read + 1 === end || symbols[read + 1] !== right) {
        symbols[write++] = symbols[read]!;
        continue;
      }
      if (write > start) {
        this.#change(symbols[write - 1]!, left, -count, word);
        made.add(this.#change(symbols[write - 1]!, joined, count, word));
      }
      if (read + 2 < end) {
        this.#change(right, symbols[read + 2]!, -count, word);
        made.add(this.#change(joined, symbols[read + 2]!, count, word));
      }
      symbols[write++] = joined;
      read++;
    }
    this.#lengths[word] = write - start;
  }

  #change(left: number, right: number, by: number, word: number): PairUse {
    const key = left * this.#vocabSize + right;
    let use = this.#uses.get(key);
    if (use === undefined) this.#uses.set(key, use = { left, right, count: 0, words: [] });
    use.count += by;
    if (by > 0 && use.words.at(-1) !== word) use.words.push(word);
    return use;
  }

  #key({ left, right }: TokenPair): number {
    return left * this.#vocabSize + right;
  }
}
