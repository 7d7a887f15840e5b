import { type Path } from "./space-core.js";

/**
 * Yields the paths that `enter` lets through, in order, the last axis fastest.
 *
 * `enter(axis, place, path)` is asked with the places before `axis` in `path`; a refusal leaves out all paths that begin so.
 */
export function* odometer(sizes: readonly number[], enter: (axis: number, place: number, path: Path) => boolean): Generator<Path, void> {
  const path = new Array<number>(sizes.length).fill(-1);
  let axis = 0;
  while (axis >= 0) {
    const place = ++path[axis]!;
    if (place === sizes[axis]) path[axis--] = -1;
    else if (enter(axis, place, path)) {
      if (axis === sizes.length - 1) yield [...path];
      else axis++;
    }
  }
}
