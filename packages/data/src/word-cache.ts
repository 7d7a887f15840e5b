/** The most words that are remembered, and the longest one that is, in UTF-16 units: some tens of megabytes in all. */
const WORDS = 65_536;
const LONGEST = 64;

/** Remembers the token ids of words, of which most texts have few. */
export class WordCache {
  readonly #idsOf: (word: string) => Int32Array;
  readonly #known = new Map<string, Int32Array>();

  constructor(idsOf: (word: string) => Int32Array) {
    this.#idsOf = idsOf;
  }

  /** Appends the ids of `word` to `output`. */
  append(word: string, output: number[]): void {
    const ids = this.#known.get(word) ?? this.#learn(word);
    for (let i = 0; i < ids.length; i++) output.push(ids[i]!);
  }

  #learn(word: string): Int32Array {
    const ids = this.#idsOf(word);
    if (word.length <= LONGEST) {
      if (this.#known.size >= WORDS) this.#known.clear();
      this.#known.set(word, ids);
    }
    return ids;
  }
}
