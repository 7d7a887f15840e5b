import { requireMeasurement } from "./w-coefficient.js";

/**
 * The points that no other point dominates, in the order given: there is none that is as small in every key and smaller in one. Equal points are all kept.
 *
 * @param keys what is to be small, for example `["parameters", "latencyMs", "error"]`
 * @throws FptasError `fptas/bad-objective` for a key that is not a finite number of 0 or more
 */
export function paretoFront<Key extends string, Point extends Readonly<Record<Key, number>>>(points: readonly Point[], keys: readonly Key[]): Point[] {
  for (const point of points) for (const key of keys) requireMeasurement(point[key], `${key} of a point`);
  const inOrder = points.toSorted((a, b) => compare(a, b, keys));
  const front: Point[] = [];
  // Whatever dominates a point comes before it in this order, and so does a point of the front that dominates it too.
  for (const point of inOrder) if (!front.some((other) => dominates(other, point, keys))) front.push(point);
  const kept = new Set(front);
  return points.filter((point) => kept.has(point));
}

/** By the first key that differs. */
function compare<Key extends string>(a: Readonly<Record<Key, number>>, b: Readonly<Record<Key, number>>, keys: readonly Key[]): number {
  const key = keys.find((each) => a[each] !== b[each]);
  return key === undefined ? 0 : a[key] - b[key];
}

function dominates<Key extends string>(a: Readonly<Record<Key, number>>, b: Readonly<Record<Key, number>>, keys: readonly Key[]): boolean {
  return keys.every((key) => a[key] <= b[key]) && keys.some((key) => a[key] < b[key]);
}
