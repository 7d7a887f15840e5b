import { type CounterRandom } from "./counter-random.js";
import { odometer } from "./odometer.js";
import { type Path, type SpaceCore } from "./space-core.js";

/** Every combination of places on axes of these sizes; an index is a number whose digits are the places. */
export class GridCore implements SpaceCore {
  readonly size: bigint;
  readonly #sizes: readonly number[];

  constructor(sizes: readonly number[]) {
    this.#sizes = sizes;
    this.size = sizes.reduce((product, size) => product * BigInt(size), 1n);
  }

  at(index: bigint): Path | undefined {
    if (index >= this.size) return undefined;
    let rest = index;
    const path = new Array<number>(this.#sizes.length);
    for (let axis = path.length - 1; axis >= 0; axis--) {
      const base = BigInt(this.#sizes[axis]!);
      path[axis] = Number(rest % base);
      rest /= base;
    }
    return path;
  }

  has(): boolean {
    return true;
  }

  indexOf(path: Path): bigint {
    return path.reduce((index, place, axis) => index * BigInt(this.#sizes[axis]!) + BigInt(place), 0n);
  }

  paths(): Generator<Path, void> {
    return odometer(this.#sizes, () => true);
  }

  draw(random: CounterRandom): Path {
    return this.#sizes.map((size) => random.below(size));
  }
}
