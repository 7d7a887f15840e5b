import { ArchError, shown } from "../arch-error.js";
import { archOf, type ArchTuple } from "../arch-tuple.js";
import { parameterCount } from "../parameter-count.js";
import { type ArchFrame } from "../uniform-arch.js";

/**
 * Sorts points by a measure, smallest first, asking for each point's once; equal ones keep the order given, which for a space is its own.
 *
 * Throws `arch/bad-measure` where the measure is no number.
 */
export function sortBy<P>(points: Iterable<P>, measure: (point: P) => number): P[] {
  const measured = Array.from(points, (point) => ({ point, size: measure(point) }));
  const unordered = measured.find(({ size }) => typeof size !== "number" || Number.isNaN(size));
  if (unordered !== undefined) {
    throw new ArchError("arch/bad-measure",
      `arch: a measure to sort by must give numbers, got ${shown(unordered.size)}; correct it or leave such points out`);
  }
  return measured.sort((a, b) => (a.size === b.size ? 0 : a.size - b.size)).map(({ point }) => point);
}

/**
 * {@link sortBy} the exact parameters of encoders inside `frame`.
 *
 * Points that cannot be built throw `arch/heads-do-not-divide-hidden`: sort `space.valid()`.
 */
export function sortByParameters(points: Iterable<ArchTuple>, frame: ArchFrame): ArchTuple[] {
  return sortBy(points, (tuple) => parameterCount(archOf(tuple, frame)).total);
}
