import { ArchError } from "../arch-error.js";
import { type CounterRandom } from "./counter-random.js";
import { type Path, type SpaceCore } from "./space-core.js";

/** How many points a filtered space looks at to count or to index: 2^20. */
const mostVisits = 2 ** 20;
/** How many points it draws to find one that passes. */
const mostTries = 2 ** 14;

/** The paths of another core that pass a test, of which nothing is known; so counting and indexing are by looking at each. */
export class FilteredCore implements SpaceCore {
  readonly #inner: SpaceCore;
  readonly #passes: (path: Path) => boolean;
  #size: bigint | undefined;

  constructor(inner: SpaceCore, passes: (path: Path) => boolean) {
    this.#inner = inner;
    this.#passes = passes;
  }

  get size(): bigint {
    return (this.#size ??= this.#countBefore(undefined));
  }

  at(index: bigint): Path | undefined {
    let before = 0n;
    for (const path of this.#visited()) if (this.#passes(path) && before++ === index) return path;
    return undefined;
  }

  has(path: Path): boolean {
    return this.#inner.has(path) && this.#passes(path);
  }

  indexOf(path: Path): bigint {
    return this.#countBefore(path);
  }

  *paths(): Generator<Path, void> {
    for (const path of this.#inner.paths()) if (this.#passes(path)) yield path;
  }

  draw(random: CounterRandom): Path | undefined {
    for (let tries = 0; tries < mostTries; tries++) {
      const path = this.#inner.draw(random);
      if (path === undefined || this.#passes(path)) return path;
    }
    throw new ArchError("arch/sampling-failed",
      `arch: a sample of this space needs points that pass its where(), got none in ${mostTries} draws; `
      + "loosen the test, or state it with within() or wherePair()");
  }

  /** How many paths pass that come before `end`, or in all. */
  #countBefore(end: Path | undefined): bigint {
    let count = 0n;
    for (const path of this.#visited()) {
      if (end !== undefined && samePath(path, end)) break;
      if (this.#passes(path)) count++;
    }
    return count;
  }

  *#visited(): Generator<Path, void> {
    let visits = 0;
    for (const path of this.#inner.paths()) {
      if (++visits > mostVisits) {
        throw new ArchError("arch/too-large",
          `arch: counting or indexing a space with a where() looks at every point, at most ${mostVisits}, got more; `
          + "iterate or sample instead, or state the constraint with within() or wherePair()");
      }
      yield path;
    }
  }
}

function samePath(a: Path, b: Path): boolean {
  return a.every((place, axis) => place === b[axis]);
}
