import { DataError } from "./data-error.js";

/** A value that a random stream is keyed by: a step, an epoch, a name. */
export type RandomKey = number | string;

/** An array that `shuffle` can permute, typed or plain. */
export interface MutableSequence<T> {
  readonly length: number;
  [index: number]: T;
}

/** A stream of random draws; two streams made from the same seed and keys draw the same values on every machine. */
export interface Random {
  /** Uniform in [0, 1), with 53 random bits. */
  uniform(): number;
  /** Uniform over the integers of [0, bound), without bias; `bound` is at most 2^53 - 1. */
  integer(bound: number): number;
  /** Standard normal: mean 0, variance 1 (Box and Muller 1958). */
  normal(): number;
  /** Permutes `array` in place, every order equally likely (Fisher-Yates), and returns it. */
  shuffle<A extends MutableSequence<unknown>>(array: A): A;
}

const TWO_32 = 2 ** 32;
const TWO_53 = 2 ** 53;

/**
 * A generator that depends on its seed and keys alone, so that what is drawn for step `t` never depends on the steps before it.
 * Numbers and strings are different keys: `1` and `"1"` give unrelated streams, and so do `("a", "b")` and `("ab")`.
 * Generator: xoshiro128** (Blackman and Vigna 2018), its state filled from a 128-bit hash of the keys.
 * Throws `data/bad-option` for a key that is NaN or infinite.
 */
export function random(seed: number, ...keys: readonly RandomKey[]): Random {
  return new Xoshiro(hashKeys(seed, keys));
}

/**
 * A seeded permutation of the integers of [0, n) that is computed one index at a time and holds nothing in memory.
 * `n` is at most 2^40; with `keys`, for example an epoch, each key has its own permutation.
 * Method: an unbalanced Feistel network on Z_a x Z_b with a * b just above n, walked until it lands below n (Black and Rogaway 2002).
 */
export function permutationAt(seed: number, n: number, ...keys: readonly RandomKey[]): (index: number) => number {
  if (!Number.isSafeInteger(n) || n < 1 || n > 2 ** 40) {
    throw new DataError("data/bad-option", `data: a permutation needs an integer n in [1, 2^40], got ${n}`);
  }
  const rows = Math.ceil(Math.sqrt(n));
  const columns = Math.ceil(n / rows);
  const rng = new Xoshiro(hashKeys(seed, ["permutation", n, ...keys]));
  const roundKeys = Uint32Array.from({ length: 16 }, () => rng.next());
  const scramble = (index: number): number => {
    let row = Math.floor(index / columns);
    let column = index % columns;
    for (let round = 0; round < roundKeys.length; round += 2) {
      row = (row + (mix(column ^ roundKeys[round]!) >>> 0)) % rows;
      column = (column + (mix(row ^ roundKeys[round + 1]!) >>> 0)) % columns;
    }
    return row * columns + column;
  };
  return (index) => {
    if (!Number.isInteger(index) || index < 0 || index >= n) {
      throw new DataError("data/bad-option", `data: a permutation of ${n} needs an index in [0, ${n}), got ${index}`);
    }
    let image = scramble(index);
    while (image >= n) image = scramble(image);
    return image;
  };
}

/** xoshiro128** 1.1: 32 bits a draw, period 2^128 - 1. */
class Xoshiro implements Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;
  #spareNormal: number | undefined;

  constructor(state: Int32Array) {
    this.#a = state[0]!;
    this.#b = state[1]!;
    this.#c = state[2]!;
    this.#d = state[3]!;
    if ((this.#a | this.#b | this.#c | this.#d) === 0) this.#a = 1; // The one state that the generator would never leave.
  }

  /** 32 random bits, as an unsigned integer. */
  next(): number {
    const result = Math.imul(rotateLeft(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotateLeft(this.#d, 11);
    return result;
  }

  uniform(): number {
    return this.#bits53() / TWO_53;
  }

  integer(bound: number): number {
    if (!Number.isSafeInteger(bound) || bound < 1) {
      throw new DataError("data/bad-option", `data: a random integer needs a bound in [1, 2^53 - 1], got ${bound}`);
    }
    return bound <= TWO_32 ? this.#integer32(bound) : this.#integer53(bound);
  }

  normal(): number {
    if (this.#spareNormal !== undefined) {
      const spare = this.#spareNormal;
      this.#spareNormal = undefined;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  shuffle<A extends MutableSequence<unknown>>(array: A): A {
    const items: MutableSequence<unknown> = array;
    for (let last = items.length - 1; last > 0; last--) {
      const other = this.integer(last + 1);
      const held = items[last];
      items[last] = items[other];
      items[other] = held;
    }
    return array;
  }

  #bits53(): number {
    return (this.next() >>> 5) * 2 ** 26 + (this.next() >>> 6);
  }

  /** Draws above the last whole multiple of `bound` are thrown away: they would favour the small values. */
  #integer32(bound: number): number {
    const limit = TWO_32 - (TWO_32 % bound);
    let draw = this.next();
    while (draw >= limit) draw = this.next();
    return draw % bound;
  }

  #integer53(bound: number): number {
    const limit = TWO_53 - (TWO_53 % bound);
    let draw = this.#bits53();
    while (draw >= limit) draw = this.#bits53();
    return draw % bound;
  }
}

/** Each key is absorbed as its kind, its length and its words, so that no two lists of keys read the same. */
function hashKeys(seed: number, keys: readonly RandomKey[]): Int32Array {
  const state = Int32Array.of(0x2545f491, 0x5bd1e995, 0x3c6ef372, 0x1b873593);
  absorbNumber(state, seed);
  for (const key of keys) {
    if (typeof key === "number") absorbNumber(state, key);
    else absorbString(state, key);
  }
  absorb(state, keys.length);
  absorb(state, 0);
  return state;
}

const float = new Float64Array(1);
const words = new Int32Array(float.buffer);

function absorbNumber(state: Int32Array, value: number): void {
  if (!Number.isFinite(value)) throw new DataError("data/bad-option", `data: a seed or random key must be a finite number, got ${value}`);
  float[0] = value + 0; // -0 and 0 are one key.
  absorb(state, 1);
  absorb(state, words[0]!);
  absorb(state, words[1]!);
}

function absorbString(state: Int32Array, value: string): void {
  absorb(state, 2);
  absorb(state, value.length);
  for (let i = 0; i < value.length; i++) absorb(state, value.charCodeAt(i));
}

/** Every lane takes the word with its own multiplier, then a part of its neighbour. */
function absorb(state: Int32Array, word: number): void {
  state[0] = mix(state[0]! ^ Math.imul(word, 0x9e3779b1)) + state[3]!;
  state[1] = mix(state[1]! ^ Math.imul(word, 0x85ebca77)) + state[0]!;
  state[2] = mix(state[2]! ^ Math.imul(word, 0xc2b2ae3d)) + state[1]!;
  state[3] = mix(state[3]! ^ Math.imul(word, 0x27d4eb2f)) + state[2]!;
}

/** The 32-bit finalizer of MurmurHash3 (Appleby): every input bit changes every output bit with probability near one half. */
function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
