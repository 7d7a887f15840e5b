/**
 * A stream of uniform numbers that depends on a seed and an index alone: Philox 4x32-10.
 *
 * `seed` and `index` are whole numbers in [0, 2^53). Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
 */
export class CounterRandom {
  readonly #seed: number;
  readonly #index: number;
  #block = 0;
  #words: readonly number[] = [];
  #used = 0;

  constructor(seed: number, index: number) {
    this.#seed = seed;
    this.#index = index;
  }

  /** The next whole number in [0, 2^32). */
  word(): number {
    if (this.#used === this.#words.length) {
      this.#words = philox([this.#block++, 0, low(this.#index), high(this.#index)], [low(this.#seed), high(this.#seed)]);
      this.#used = 0;
    }
    return this.#words[this.#used++]!;
  }

  /** A whole number in [0, bound), each as likely as the others; `bound` is at most 2^32. */
  below(bound: number): number {
    const fair = 2 ** 32 - (2 ** 32 % bound);
    for (;;) {
      const word = this.word();
      if (word < fair) return word % bound;
    }
  }

  /** {@link below} for a bound of any length. */
  belowBig(bound: bigint): bigint {
    const bits = (bound - 1n).toString(2).length;
    for (;;) {
      let drawn = 0n;
      for (let taken = 0; taken < bits; taken += 32) drawn = (drawn << 32n) | BigInt(this.word());
      drawn = BigInt.asUintN(bits, drawn);
      if (drawn < bound) return drawn;
    }
  }
}

type Key = readonly [number, number];
type Counter = readonly [number, number, number, number];

const firstFactor = 0xd2511f53;
const secondFactor = 0xcd9e8d57;

/** Encrypts the counter by the key: four words, 0 to 2^32 - 1. */
export function philox(counter: Counter, key: Key): Counter {
  let [a, b, c, d] = counter;
  let [k, l] = key;
  for (let round = 0; round < 10; round++) {
    [a, b, c, d] = [
      (multiplyHigh(secondFactor, c) ^ b ^ k) >>> 0, Math.imul(secondFactor, c) >>> 0,
      (multiplyHigh(firstFactor, a) ^ d ^ l) >>> 0, Math.imul(firstFactor, a) >>> 0,
    ];
    k = (k + 0x9e3779b9) >>> 0;
    l = (l + 0xbb67ae85) >>> 0;
  }
  return [a, b, c, d];
}

/** The upper 32 of the 64 bits of a product. */
function multiplyHigh(x: number, y: number): number {
  const [xLow, xHigh, yLow, yHigh] = [x & 0xffff, x >>> 16, y & 0xffff, y >>> 16];
  const middle = xHigh * yLow + ((xLow * yLow) >>> 16); // Each of these sums stays below 2^32.
  const carried = xLow * yHigh + (middle & 0xffff);
  return xHigh * yHigh + (middle >>> 16) + (carried >>> 16);
}

function low(whole: number): number {
  return whole >>> 0;
}

function high(whole: number): number {
  return Math.floor(whole / 2 ** 32);
}
