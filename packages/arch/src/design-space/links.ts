import { ArchError } from "../arch-error.js";
import { type CounterRandom } from "./counter-random.js";
import { type Path } from "./space-core.js";

/** Which place on `axis` may follow which place on the axis before it. */
export interface LinkRule {
  readonly axis: number;
  readonly allows: (before: number, place: number) => boolean;
}

/** How many pairs of neighbouring values one rule may be asked about: 2^22. */
const mostPairs = 2 ** 22;

/** The axes as a chain: which places may follow one another, and how many ways lead from each to the end. */
export class Links {
  readonly sizes: readonly number[];
  readonly #rules: readonly (readonly LinkRule[])[];
  /** [axis][place] */
  readonly #completions: readonly (readonly bigint[])[];
  /** [axis][place]: the first place on the axis after it from which the end can be reached, -1 where there is none. */
  readonly #next: readonly Int32Array[];

  /** Throws `arch/too-large` where a rule is about more than 2^22 pairs. */
  constructor(sizes: readonly number[], rules: readonly LinkRule[]) {
    this.sizes = sizes;
    this.#rules = sizes.map((_, axis) => rules.filter((rule) => rule.axis === axis));
    for (const { axis } of rules) requireFewPairs(sizes[axis - 1]! * sizes[axis]!);
    const completions: bigint[][] = sizes.map((size) => new Array<bigint>(size).fill(1n));
    const next = sizes.map((size) => new Int32Array(size).fill(-1));
    for (let axis = sizes.length - 2; axis >= 0; axis--) this.#countFrom(axis, completions, next);
    this.#completions = completions;
    this.#next = next;
  }

  /** Whether `place` on `axis`, the second or a later one, may follow `before` on the axis before. */
  allows(axis: number, before: number, place: number): boolean {
    for (const rule of this.#rules[axis]!) if (!rule.allows(before, place)) return false;
    return true;
  }

  /** Number of ways from a place on an axis to the last axis. */
  completions(axis: number, place: number): bigint {
    return this.#completions[axis]![place]!;
  }

  /** Whether {@link allows} holds and the end can be reached from there. */
  leads(axis: number, before: number, place: number): boolean {
    return this.#completions[axis]![place]! > 0n && this.allows(axis, before, place);
  }

  /** The first place that {@link leads} on from a place on `axis`; -1 where there is none. */
  next(axis: number, place: number): number {
    return this.#next[axis]![place]!;
  }

  has(path: Path): boolean {
    return path.every((place, axis) => axis === 0 || this.allows(axis, path[axis - 1]!, place));
  }

  /** Some way through all axes, any one of which may come up; `undefined` where there is none. */
  randomPath(random: CounterRandom): Path | undefined {
    const path: number[] = [];
    for (const [axis, size] of this.sizes.entries()) {
      const open: number[] = [];
      for (let place = 0; place < size; place++) {
        if (axis === 0 ? this.completions(0, place) > 0n : this.leads(axis, path[axis - 1]!, place)) open.push(place);
      }
      if (open.length === 0) return undefined;
      path.push(open[random.below(open.length)]!);
    }
    return path;
  }

  /** Fills the entries of `axis` from those of the axis after it. */
  #countFrom(axis: number, completions: bigint[][], next: readonly Int32Array[]): void {
    const after = completions[axis + 1]!;
    const all = after.reduce((sum, count) => sum + count, 0n);
    const firstOpen = after.findIndex((count) => count > 0n);
    const free = this.#rules[axis + 1]!.length === 0;
    for (let place = 0; place < this.sizes[axis]!; place++) {
      if (free) {
        completions[axis]![place] = all;
        next[axis]![place] = firstOpen;
        continue;
      }
      const open = [...after.keys()].filter((later) => after[later]! > 0n && this.allows(axis + 1, place, later));
      completions[axis]![place] = open.reduce((sum, later) => sum + after[later]!, 0n);
      next[axis]![place] = open[0] ?? -1;
    }
  }
}

function requireFewPairs(pairs: number): void {
  if (pairs <= mostPairs) return;
  throw new ArchError("arch/too-large",
    `arch: a wherePair() must be about at most ${mostPairs} pairs of values, got ${pairs}; take coarser steps on these axes`);
}
