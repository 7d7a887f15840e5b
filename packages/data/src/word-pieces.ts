/** What WordPiece needs to know besides its vocabulary. */
export interface WordPiecesOptions {
  /** The id of a word that the vocabulary cannot spell. */
  readonly unknown: number;
  /** What tokens inside a word begin with, `##` in BERT's vocabulary. */
  readonly prefix: string;
  /** Words of more code points than this are unknown. */
  readonly longestWord: number;
}

/** WordPiece (Schuster and Nakajima 2012; Devlin et al. 2018): the longest token that begins the word, then the longest that goes on, to its end. */
export class WordPieces {
  readonly #initial: ReadonlyMap<string, number>;
  readonly #continuing: ReadonlyMap<string, number>; // Without their prefix.
  readonly #longestToken: number;
  readonly #unknown: Int32Array;
  readonly #longestWord: number;

  constructor(ids: ReadonlyMap<string, number>, { unknown, prefix, longestWord }: WordPiecesOptions) {
    this.#initial = ids;
    const continuing = [...ids].filter(([token]) => token.startsWith(prefix));
    this.#continuing = new Map(continuing.map(([token, id]) => [token.slice(prefix.length), id]));
    this.#longestToken = [...ids.keys()].reduce((longest, { length }) => Math.max(longest, length), 0);
    this.#unknown = Int32Array.of(unknown);
    this.#longestWord = longestWord;
  }

  /** The ids of a word's tokens, or of the unknown token where some part of it is none. */
  idsOf(word: string): Int32Array {
    if (word.length > this.#longestWord && [...word].length > this.#longestWord) return this.#unknown;
    const ids: number[] = [];
    for (let start = 0; start < word.length;) {
      const tokens = start === 0 ? this.#initial : this.#continuing;
      let end = Math.min(word.length, start + this.#longestToken);
      let id = tokens.get(word.slice(start, end));
      while (id === undefined && --end > start) id = tokens.get(word.slice(start, end));
      if (id === undefined) return this.#unknown;
      ids.push(id);
      start = end;
    }
    return new Int32Array(ids);
  }
}
