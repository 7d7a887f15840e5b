import { type TermTables } from "./branch-terms.js";

/** [axis][place]: the smallest and the largest sum of the terms of all later axes; infinite the wrong way round where there is no way on. */
export interface SumBounds {
  readonly least: readonly Float64Array[];
  readonly most: readonly Float64Array[];
}

/** Bounds of what follows, from the last axis to the first. */
export function sumBounds(sizes: readonly number[], terms: TermTables): SumBounds {
  const least = sizes.map((size, axis) => new Float64Array(size).fill(axis === sizes.length - 1 ? 0 : Infinity));
  const most = sizes.map((size, axis) => new Float64Array(size).fill(axis === sizes.length - 1 ? 0 : -Infinity));
  for (let axis = sizes.length - 1; axis > 0; axis--) {
    const size = sizes[axis]!;
    for (let pair = 0; pair < terms[axis]!.length; pair++) {
      const term = terms[axis]![pair]!;
      if (term === Infinity) continue;
      const before = Math.floor(pair / size);
      const place = pair % size;
      least[axis - 1]![before] = Math.min(least[axis - 1]![before]!, term + least[axis]![place]!);
      most[axis - 1]![before] = Math.max(most[axis - 1]![before]!, term + most[axis]![place]!);
    }
  }
  return { least, most };
}
