import { ArchError, shown } from "../arch-error.js";
import { type EncoderArch, mostLayers } from "../encoder-arch.js";
import { requireSize } from "../require-size.js";
import { type Axis, axisOf, type AxisValues, valuesShown } from "./axis.js";
import { type WholeRange } from "./branch.js";
import { ChainCore } from "./chain-core.js";
import { CounterRandom } from "./counter-random.js";
import { FilteredCore } from "./filtered-core.js";
import { GridCore } from "./grid-core.js";
import { LinkedChain } from "./linked-chain.js";
import { type LinkRule, Links } from "./links.js";
import { MeasuredChain, requireTabulable } from "./measured-chain.js";
import { type Path, type SpaceCore } from "./space-core.js";

/** Bounds that belong to the range; one may be left out, not both. */
export interface MeasureRange {
  readonly atLeast?: number;
  readonly atMost?: number;
}

export interface NeighbourOptions {
  /** Which other values of an axis are near: `"next"` the one before and the one after, `"any"` all. Default `"next"`. */
  readonly reach?: "any" | "next";
}

/**
 * An ordered set of points, one value an axis, none of which is listed: the last axis changes fastest.
 *
 * A point is a plain list of numbers, so that searches and predictors can use it as a vector; `arch` says what network it stands for.
 */
export interface DesignSpace<P extends readonly number[] = readonly number[]> extends Iterable<P> {
  readonly axes: readonly Axis[];
  /**
   * Number of points.
   *
   * Throws `arch/too-large` with `where` beyond 2^20 points to look at, with `within` where there are
   * more than about three million different sums to keep.
   */
  readonly size: bigint;
  /** The point at a zero-based index; throws `arch/out-of-range` outside [0, size), `arch/empty-space` where size is 0, and what `size` throws. */
  at(index: bigint | number): P;
  /** The index of a point; throws `arch/not-in-space`, and what `size` throws. */
  indexOf(point: P): bigint;
  has(point: readonly number[]): boolean;
  /**
   * The draw of that zero-based index, each point as likely as the others; it depends on `seed` and `index` alone.
   *
   * Throws `arch/empty-space`, what `size` throws, and `arch/sampling-failed` where a `where` lets through none of 2^14 points.
   */
  draw(seed: number, index: number): P;
  /** The draws 0 to `count - 1` of a seed; a point may come twice. */
  sample(seed: number, count: number): P[];
  /** The points of this space that differ from `point` in one axis, axis by axis in the order of its values; throws `arch/not-in-space`. */
  neighbours(point: P, options?: NeighbourOptions): Iterable<P>;
  /** The network of a point whose values are on the axes, constraints aside; throws `arch/not-in-space`. */
  arch(point: P): EncoderArch;
  /** Reads a point from parsed JSON, a list of numbers; throws `arch/bad-point` where it is none, `arch/not-in-space`. */
  parse(json: unknown): P;
  /** The points that pass any test; they are counted and indexed by looking at each, and drawn by rejection. */
  where(passes: (point: P) => boolean): DesignSpace<P>;
  /**
   * The points whose values on two neighbouring axes go together; they are counted, indexed and drawn without looking at each.
   *
   * Throws `arch/bad-space` where no axis `before` stands right before `axis`, `arch/too-large` beyond 2^22 pairs of values.
   */
  wherePair(before: string, axis: string, allows: (before: number, value: number) => boolean): DesignSpace<P>;
  /**
   * The points with a measure in a range, ends included; they are counted, indexed and drawn without looking at each.
   *
   * For each value of the first axis the measure must be a sum of terms of an axis and the one before it, as parameters and FLOPs of
   * the named spaces are, and a whole number. That is checked on 64 random points and on every point handed out. A second `within` of
   * the same space is a `where`.
   *
   * Throws `arch/not-additive`, `arch/bad-measure` and `arch/bad-option`, and `arch/too-large` beyond 2^20 terms.
   */
  within(measure: (point: P) => number, range: MeasureRange): DesignSpace<P>;
}

export interface DesignSpaceOptions<P extends readonly number[]> {
  /** From the slowest to the fastest. */
  readonly axes: readonly { readonly name: string; readonly values: AxisValues }[];
  /** The network of a point. */
  readonly arch: (point: P) => EncoderArch;
}

const mostAxes = 4 * mostLayers + 1;

/**
 * Makes the space of all combinations of the values of some axes.
 *
 * Throws `arch/bad-size` for no axis or more than 16385, `arch/duplicate` for two of one name, and what is wrong with a single axis.
 */
export function designSpace<P extends readonly number[] = readonly number[]>({ axes, arch }: DesignSpaceOptions<P>): DesignSpace<P> {
  requireSize(axes.length, "the number of axes of a space", 1, mostAxes);
  const names = new Set<string>();
  for (const { name } of axes) {
    if (names.has(name)) throw new ArchError("arch/duplicate", `arch: axes of a space need names of their own, got ${shown(name)} twice; rename one`);
    names.add(name);
  }
  return new Space<P>({ axes: axes.map(({ name, values }) => axisOf(name, values)), arch, rules: [], tests: [] });
}

interface SpaceParts<P> {
  readonly axes: readonly Axis[];
  readonly arch: (point: P) => EncoderArch;
  readonly rules: readonly LinkRule[];
  readonly limit?: { readonly measure: (point: P) => number; readonly range: WholeRange };
  readonly tests: readonly ((point: P) => boolean)[];
}

class Space<P extends readonly number[]> implements DesignSpace<P> {
  readonly axes: readonly Axis[];
  readonly #parts: SpaceParts<P>;
  /** The space without its tests. */
  readonly #base: SpaceCore;
  readonly #core: SpaceCore;

  constructor(parts: SpaceParts<P>, base: SpaceCore = baseCoreOf(parts)) {
    const { axes, tests } = parts;
    this.axes = axes;
    this.#parts = parts;
    this.#base = base;
    this.#core = tests.length === 0 ? base : new FilteredCore(base, (path) => tests.every((passes) => passes(pointOf<P>(axes, path))));
  }

  get size(): bigint {
    return this.#core.size;
  }

  at(index: bigint | number): P {
    const whole = typeof index === "bigint" || Number.isSafeInteger(index) ? BigInt(index) : -1n;
    const path = whole < 0n ? undefined : this.#core.at(whole);
    if (path !== undefined) return this.#point(path);
    if (this.size === 0n) throw emptySpace();
    throw new ArchError("arch/out-of-range",
      `arch: an index into this space must be an integer in [0, ${this.size - 1n}], got ${index}; check it against size`);
  }

  indexOf(point: P): bigint {
    return this.#core.indexOf(this.#memberPath(point));
  }

  has(point: readonly number[]): boolean {
    if (point.length !== this.axes.length) return false;
    const places = this.axes.map((axis, i) => axis.placeOf(point[i]!));
    return places.every((place) => place !== undefined) && this.#core.has(places);
  }

  draw(seed: number, index: number): P {
    requireSize(seed, "seed", 0, Number.MAX_SAFE_INTEGER);
    requireSize(index, "the index of a draw", 0, Number.MAX_SAFE_INTEGER);
    const path = this.#core.draw(new CounterRandom(seed, index));
    if (path === undefined) throw emptySpace();
    return this.#point(path);
  }

  sample(seed: number, count: number): P[] {
    requireSize(count, "the number of draws", 0);
    return Array.from({ length: count }, (_, index) => this.draw(seed, index));
  }

  neighbours(point: P, { reach = "next" }: NeighbourOptions = {}): Iterable<P> {
    const path = this.#memberPath(point);
    return { [Symbol.iterator]: () => this.#neighbours(path, reach) };
  }

  arch(point: P): EncoderArch {
    this.#pathOf(point);
    return this.#parts.arch(point);
  }

  parse(json: unknown): P {
    if (!Array.isArray(json) || !json.every((value) => typeof value === "number")) {
      throw new ArchError("arch/bad-point",
        `arch: a point must be a list of ${this.axes.length} numbers, one an axis, `
        + `got ${shown(json)}${Array.isArray(json) ? " with something else in it" : ""}; correct it`);
    }
    return this.#point(this.#memberPath(json));
  }

  where(passes: (point: P) => boolean): DesignSpace<P> {
    return new Space({ ...this.#parts, tests: [...this.#parts.tests, passes] }, this.#base);
  }

  wherePair(before: string, axis: string, allows: (before: number, value: number) => boolean): DesignSpace<P> {
    const at = this.axes.findIndex(({ name }) => name === axis);
    const [earlier, later] = [this.axes[at - 1], this.axes[at]];
    if (earlier === undefined || later === undefined || earlier.name !== before) {
      throw new ArchError("arch/bad-space",
        `arch: wherePair() needs the names of an axis and of the one right after it, got ${shown(before)} and ${shown(axis)}; use where() for others`);
    }
    const rule: LinkRule = { axis: at, allows: (from, to) => allows(earlier.valueAt(from), later.valueAt(to)) };
    return new Space({ ...this.#parts, rules: [...this.#parts.rules, rule] });
  }

  within(measure: (point: P) => number, range: MeasureRange): DesignSpace<P> {
    const whole = wholeRange(range);
    if (this.#parts.limit === undefined) return new Space({ ...this.#parts, limit: { measure, range: whole } });
    return this.where((point) => {
      const measured = measure(point);
      return measured >= whole.atLeast && measured <= whole.atMost;
    });
  }

  *[Symbol.iterator](): Generator<P, void> {
    for (const path of this.#core.paths()) yield this.#point(path);
  }

  #point(path: Path): P {
    return pointOf<P>(this.axes, path);
  }

  *#neighbours(path: Path, reach: "any" | "next"): Generator<P, void> {
    for (const [axis, { size }] of this.axes.entries()) {
      const from = reach === "any" ? 0 : Math.max(0, path[axis]! - 1);
      const to = reach === "any" ? size - 1 : Math.min(size - 1, path[axis]! + 1);
      for (let place = from; place <= to; place++) {
        const near = path.with(axis, place);
        if (place !== path[axis] && this.#core.has(near)) yield this.#point(near);
      }
    }
  }

  /** The places of a point's values. */
  #pathOf(point: readonly number[]): Path {
    if (point.length !== this.axes.length) throw notInSpace(`a point must have ${this.axes.length} values, one an axis, got ${point.length}`);
    return this.axes.map((axis, i) => {
      const place = axis.placeOf(point[i]!);
      if (place === undefined) throw notInSpace(`"${axis.name}" of a point must be ${valuesShown(axis)}, got ${shown(point[i])}`);
      return place;
    });
  }

  #memberPath(point: readonly number[]): Path {
    const path = this.#pathOf(point);
    if (this.#core.has(path)) return path;
    throw notInSpace(`a point must meet the constraints of its space, got ${shown(point.slice(0, 12).join(","))}, which does not`);
  }
}

function baseCoreOf<P extends readonly number[]>({ axes, rules, limit }: SpaceParts<P>): SpaceCore {
  const sizes = axes.map(({ size }) => size);
  if (limit === undefined) return rules.length === 0 ? new GridCore(sizes) : new ChainCore(new LinkedChain(new Links(sizes, rules)));
  requireTabulable(sizes);
  const measure = (path: Path): number => limit.measure(pointOf<P>(axes, path));
  return new ChainCore(new MeasuredChain(new Links(sizes, rules), { measure, range: limit.range }));
}

/** The values at the places; P is a type of this space alone, which `arch` expects. */
function pointOf<P extends readonly number[]>(axes: readonly Axis[], path: Path): P {
  return path.map((place, axis) => axes[axis]!.valueAt(place)) as readonly number[] as P;
}

function wholeRange({ atLeast, atMost }: MeasureRange): WholeRange {
  const given = [atLeast, atMost].filter((bound) => bound !== undefined);
  if (given.length === 0 || given.some((bound) => typeof bound !== "number" || Number.isNaN(bound))) {
    throw new ArchError("arch/bad-option",
      `arch: within() needs atLeast, atMost or both as numbers, got ${shown(atLeast)} and ${shown(atMost)}; give at least one`);
  }
  return { atLeast: Math.max(0, Math.ceil(atLeast ?? 0)), atMost: Math.min(Number.MAX_SAFE_INTEGER, Math.floor(atMost ?? Infinity)) };
}

function notInSpace(problem: string): ArchError {
  return new ArchError("arch/not-in-space", `arch: ${problem}; check it with has()`);
}

function emptySpace(): ArchError {
  return new ArchError("arch/empty-space", "arch: a point of this space was asked for, but no point meets its constraints; widen them");
}
