import { type Links } from "./links.js";
import { type Path } from "./space-core.js";

/** [axis][place on the axis before * size of the axis + place]; infinite where the pair may not stand there; nothing for the first axis. */
export type TermTables = readonly Float64Array[];

/**
 * A measure as a sum, for the paths that begin with one place on the first axis: `start` and one term per later axis, which depends on
 * the places on that axis and on the one before it.
 *
 * The term of a on axis i - 1 and b on axis i is the difference of two measured paths, ..a, b.. and ..a.., which reach a in the same way and
 * go on from a and from b with the first places that they can. Summed up, all but the last path cancel out, if the measure is such a sum.
 */
export class BranchTerms {
  readonly #links: Links;
  readonly #measure: (path: Path) => number;
  /** [axis][place]: a place on the axis before from which it is reached, -1 where there is none. */
  readonly #previous: readonly Int32Array[];

  /** `first` is a place from which the end can be reached. */
  constructor(first: number, links: Links, measure: (path: Path) => number) {
    this.#links = links;
    this.#measure = measure;
    this.#previous = previousPlaces(first, links);
  }

  /** The measure of the path that goes on from a place on an axis with the first places that it can; on the first axis: of the branch. */
  base(axis: number, place: number): number {
    return this.#measureThrough(axis, [place]);
  }

  /** The term of `place` on `axis` after `before`; infinite where it may not stand there. `base` is that of `before`. */
  term(axis: number, before: number, place: number, base: number = this.base(axis - 1, before)): number {
    return this.#links.leads(axis, before, place) ? this.#measureThrough(axis - 1, [before, place]) - base : Infinity;
  }

  /** All terms. */
  tabulate(): TermTables {
    return this.#links.sizes.map((size, axis) => {
      if (axis === 0) return new Float64Array(0);
      const beforeSize = this.#links.sizes[axis - 1]!;
      const terms = new Float64Array(beforeSize * size).fill(Infinity);
      for (let before = 0; before < beforeSize; before++) {
        if (this.#previous[axis - 1]![before] === -1 || this.#links.next(axis - 1, before) === -1) continue;
        const base = this.base(axis - 1, before);
        for (let place = 0; place < size; place++) terms[before * size + place] = this.term(axis, before, place, base);
      }
      return terms;
    });
  }

  /** Measures a path with `places` from `axis` on, completed at both ends in the one way that belongs to the place there. */
  #measureThrough(axis: number, places: Path): number {
    const path = new Array<number>(this.#links.sizes.length);
    places.forEach((place, offset) => (path[axis + offset] = place));
    for (let at = axis; at > 0; at--) path[at - 1] = this.#previous[at]![path[at]!]!;
    for (let at = axis + places.length; at < path.length; at++) path[at] = this.#links.next(at - 1, path[at - 1]!);
    return this.#measure(path);
  }
}

function previousPlaces(first: number, links: Links): Int32Array[] {
  const previous = [new Int32Array(links.sizes[0]!).fill(-1)];
  previous[0]![first] = first; // Reached, from nowhere.
  for (let axis = 1; axis < links.sizes.length; axis++) {
    const reached = [...previous[axis - 1]!.keys()].filter((before) => previous[axis - 1]![before] !== -1);
    previous.push(Int32Array.from({ length: links.sizes[axis]! }, (_, place) => reached.find((before) => links.allows(axis, before, place)) ?? -1));
  }
  return previous;
}
