/** What an engine can do with words of 32 bits, whatever stands for one: a number, a vector of them, the name of a tensor. */
export interface WordOps<Word> {
  xor(x: Word, y: Word): Word;
  /** Zeros come in from above. */
  shiftRight(x: Word, bits: number): Word;
  /** The low 32 bits of the product. */
  multiply(x: Word, factor: number): Word;
}

/** A uniform number is its bits times this. */
export const UNIFORM_STEP: number = 2 ** -24;

/**
 * The 24 bits that `uniform` has at an element, mix(mix(index) ^ seed) >>> 8: exact in float32, so that every engine draws the same numbers.
 *
 * Indices are scattered over all words before the seed is brought in, so no two seeds, close as they may be, draw shifted copies of one sequence.
 */
export const uniformBits = <Word>(ops: WordOps<Word>, seed: Word, index: Word): Word => ops.shiftRight(mix(ops, ops.xor(mix(ops, index), seed)), 8);

/** A permutation of the words in which each bit changes every other with probability near one half: "lowbias32", constants by C. Wellons (2018). */
function mix<Word>(ops: WordOps<Word>, word: Word): Word {
  const folded = (x: Word, bits: number): Word => ops.xor(x, ops.shiftRight(x, bits));
  const first = ops.multiply(folded(word, 16), 0x7feb352d);
  const second = ops.multiply(folded(first, 15), 0x846ca68b);
  return folded(second, 16);
}

/** Words as numbers, of which the low 32 bits count. */
export const numberWords: WordOps<number> = { xor: (x, y) => x ^ y, shiftRight: (x, bits) => x >>> bits, multiply: Math.imul };
