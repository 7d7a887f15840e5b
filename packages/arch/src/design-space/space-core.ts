import { type CounterRandom } from "./counter-random.js";

/** A point as places on the axes instead of values. */
export type Path = readonly number[];

/** An ordered set of paths: what a space is, apart from the values on its axes. Paths given to it are on the axes. */
export interface SpaceCore {
  /** Number of paths. */
  readonly size: bigint;
  /** The path at an index of 0 or more; `undefined` beyond the last. */
  at(index: bigint): Path | undefined;
  has(path: Path): boolean;
  /** How many paths come before one that the core has. */
  indexOf(path: Path): bigint;
  /** All paths in order, the last axis fastest. */
  paths(): Generator<Path, void>;
  /** A path, each as likely as the others; `undefined` where there is none. */
  draw(random: CounterRandom): Path | undefined;
}
