import { unsharedCopy } from "./unshared-copy.js";

/** The most words that are remembered, and the longest one that is, in UTF-16 units: some tens of megabytes in all. */
const WORDS = 65_536;
const LONGEST = 64;

/** Remembers the token ids of words, of which most texts have few. */
export class WordCache {
  readonly #idsOf: (word: string) => Int32Array;
  /** Most words are one token, which is kept as it is: an array less to fetch from memory. */
  readonly #known = new Map<string, number | Int32Array>();

  constructor(idsOf: (word: string) => Int32Array) {
    this.#idsOf = idsOf;
  }

  /** Appends the ids of `word` to `output`. */
  append(word: string, output: number[]): void {
    const ids = this.#known.get(word) ?? this.#learn(word);
    if (typeof ids === "number") output.push(ids);
    else for (let i = 0; i < ids.length; i++) output.push(ids[i]!);
  }

  #learn(word: string): number | Int32Array {
    const all = this.#idsOf(word);
    const ids = all.length === 1 ? all[0]! : all;
    if (word.length <= LONGEST) {
      if (this.#known.size >= WORDS) this.#known.clear();
      this.#known.set(unsharedCopy(word), ids);
    }
    return ids;
  }
}
