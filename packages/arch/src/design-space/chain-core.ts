import { ArchError } from "../arch-error.js";
import { type CounterRandom } from "./counter-random.js";
import { odometer } from "./odometer.js";
import { type Path, type SpaceCore } from "./space-core.js";

/** Where a walk down the axes has come to: all that its continuations depend on. */
export interface ChainState {
  readonly axis: number;
  /** Place on the first axis. */
  readonly first: number;
  /** Place on `axis`. */
  readonly place: number;
  /** Where the chain has a measure: that of the path so far, which goes on with the first places that it can; else 0. */
  readonly sum: number;
}

/** A set of paths whose continuations depend on little of what came before, so that they can be counted without being listed. */
export interface Chain {
  readonly sizes: readonly number[];
  /** The state after `place` on the first axis, or on the one after `before`; `undefined` where that surely leads to no path of the set. */
  step(before: ChainState | undefined, place: number): ChainState | undefined;
  /** Number of paths of the set that begin in a way that leads to `state`. */
  count(state: ChainState): bigint;
  has(path: Path): boolean;
  /** Throws where the set turns out not to be a chain: `path`, which leads to `last`, contradicts it. */
  confirm(path: Path, last: ChainState): void;
}

/** The core of a chain: an index is found by counting the completions of ever longer beginnings. */
export class ChainCore implements SpaceCore {
  readonly #chain: Chain;
  #size: bigint | undefined;

  constructor(chain: Chain) {
    this.#chain = chain;
  }

  get size(): bigint {
    return (this.#size ??= this.#countBelow(0, undefined, this.#chain.sizes[0]!));
  }

  at(index: bigint): Path | undefined {
    const path: number[] = [];
    let rest = index;
    let state: ChainState | undefined;
    for (const size of this.#chain.sizes) {
      let place = 0;
      let entered: ChainState | undefined;
      for (; place < size; place++) {
        entered = this.#chain.step(state, place);
        const count = entered === undefined ? 0n : this.#chain.count(entered);
        if (rest < count) break;
        rest -= count;
      }
      if (place === size) {
        if (path.length === 0) return undefined;
        throw miscounted();
      }
      path.push(place);
      state = entered;
    }
    this.#chain.confirm(path, state!);
    return path;
  }

  has(path: Path): boolean {
    return this.#chain.has(path);
  }

  indexOf(path: Path): bigint {
    let index = 0n;
    let state: ChainState | undefined;
    path.forEach((place, axis) => {
      index += this.#countBelow(axis, state, place);
      state = this.#chain.step(state, place);
      if (state === undefined) throw miscounted();
    });
    this.#chain.confirm(path, state!);
    return index;
  }

  *paths(): Generator<Path, void> {
    const states: ChainState[] = [];
    const enter = (axis: number, place: number): boolean => {
      const state = this.#chain.step(states[axis - 1], place);
      if (state !== undefined) states[axis] = state;
      return state !== undefined;
    };
    for (const path of odometer(this.#chain.sizes, enter)) {
      this.#chain.confirm(path, states[path.length - 1]!);
      yield path;
    }
  }

  draw(random: CounterRandom): Path | undefined {
    return this.size === 0n ? undefined : this.at(random.belowBig(this.size));
  }

  /** How many paths go on from `state` with one of the first `end` places of `axis`. */
  #countBelow(axis: number, state: ChainState | undefined, end: number): bigint {
    let count = 0n;
    for (let place = 0; place < end; place++) {
      const entered = this.#chain.step(axis === 0 ? undefined : state, place);
      if (entered !== undefined) count += this.#chain.count(entered);
    }
    return count;
  }
}

function miscounted(): ArchError {
  return new ArchError("arch/not-additive",
    "arch: the measure of a within() must give the same number for the same point and be a sum over neighbouring axes, "
    + "got a point that contradicts the count; use where()");
}
