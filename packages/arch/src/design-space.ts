import { ArchError, shown } from "./arch-error.js";
import { type ArchFrame, archOf, type ArchTuple } from "./arch-tuple.js";
import { parameterCount } from "./parameter-count.js";
import { requireSize } from "./require-size.js";

/** The values that each of <D, A, H, I> may take, in the order in which they are tried; also the shape of a `space.json`. */
export interface SpaceAxes {
  readonly depth: readonly number[];
  readonly heads: readonly number[];
  readonly hidden: readonly number[];
  readonly intermediate: readonly number[];
}

/** Every combination of four axes, as a lazy ordered list: the intermediate size changes fastest, the depth slowest. */
export interface GridSpace extends Iterable<ArchTuple> {
  readonly axes: SpaceAxes;
  /** Number of points, those whose heads do not divide the hidden size included. */
  readonly size: bigint;
  /** Number of points that {@link GridSpace.valid} yields. */
  readonly validSize: bigint;
  /** The point at a zero-based index; throws `arch/out-of-range` outside [0, size). */
  at(index: bigint | number): ArchTuple;
  /** The points that can be built, those whose heads divide the hidden size, in grid order. */
  valid(): Iterable<ArchTuple>;
}

const axisNames = ["depth", "heads", "hidden", "intermediate"] as const;

/**
 * Makes the grid of four axes, without listing its points.
 *
 * Throws `arch/empty-list`, `arch/duplicate` and `arch/bad-size` for an axis without values, with a value twice, or with one that is no size.
 */
export function gridSpace(axes: SpaceAxes): GridSpace {
  for (const name of axisNames) validateAxis(name, axes[name]);
  const { depth, heads, hidden, intermediate } = axes;
  const size = axisNames.reduce((product, name) => product * BigInt(axes[name].length), 1n);
  const validPairs = heads.reduce((sum, a) => sum + hidden.filter((h) => h % a === 0).length, 0);

  function* points(keep: (heads: number, hidden: number) => boolean): Generator<ArchTuple, void> {
    for (const d of depth) for (const a of heads) for (const h of hidden) if (keep(a, h)) for (const i of intermediate) yield [d, a, h, i];
  }
  return {
    axes,
    size,
    validSize: BigInt(depth.length) * BigInt(validPairs) * BigInt(intermediate.length),
    at: (index) => pointAt(axes, requireIndex(index, size)),
    valid: () => ({ [Symbol.iterator]: () => points((a, h) => h % a === 0) }),
    [Symbol.iterator]: () => points(() => true),
  };
}

/**
 * Reads a parsed `space.json`: an object with the four lists `depth`, `heads`, `hidden`, `intermediate` and nothing else.
 *
 * Throws `arch/bad-space` where it is no such object, `arch/unknown-key`, `arch/missing-field`, and what {@link gridSpace} throws.
 */
export function parseSpace(json: unknown): GridSpace {
  const example = 'write it like {"depth":[2,4],"heads":[2,4],"hidden":[64,128],"intermediate":[128,256]}';
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new ArchError("arch/bad-space", `arch: a space must be an object of four lists, got ${shown(json)}; ${example}`);
  }
  const fields = json as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(fields).find((key) => !(axisNames as readonly string[]).includes(key));
  if (unknown !== undefined) {
    throw new ArchError("arch/unknown-key", `arch: a space has the keys ${axisNames.join(", ")}, got ${shown(unknown)}; remove it`);
  }
  const axis = (name: keyof SpaceAxes): readonly number[] => {
    const values = fields[name];
    if (values === undefined) {
      throw new ArchError("arch/missing-field", `arch: a space needs the list "${name}", which is missing; ${example}`);
    }
    if (!Array.isArray(values)) {
      throw new ArchError("arch/bad-space", `arch: "${name}" of a space must be a list, got ${shown(values)}; ${example}`);
    }
    return values.map((value: unknown) => requireSize(value, `"${name}" of a space`));
  };
  return gridSpace({ depth: axis("depth"), heads: axis("heads"), hidden: axis("hidden"), intermediate: axis("intermediate") });
}

/**
 * Sorts points by the exact parameters of their encoders inside `frame`, smallest first.
 *
 * Equal ones keep the order given, which for a space is grid order.
 * Points that cannot be built throw `arch/heads-do-not-divide-hidden`: sort `space.valid()`.
 */
export function sortByParameters(points: Iterable<ArchTuple>, frame: ArchFrame): ArchTuple[] {
  const counted = [...points].map((tuple) => ({ tuple, parameters: parameterCount(archOf(tuple, frame)).total }));
  return counted.sort((a, b) => a.parameters - b.parameters).map(({ tuple }) => tuple);
}

/** The space that Bort was found in: 6 x 4 x 3 x 5 = 360 points, 300 of which can be built. Source: Bort, section 3.3. */
export const bortSpace: GridSpace = /* @__PURE__ */ gridSpace({
  depth: [2, 4, 6, 8, 10, 12],
  heads: [4, 8, 12, 16],
  hidden: [512, 768, 1024],
  intermediate: [256, 512, 768, 1024, 3072],
});

function validateAxis(name: keyof SpaceAxes, values: readonly number[]): void {
  if (values.length === 0) {
    throw new ArchError("arch/empty-list", `arch: "${name}" of a space needs at least one value, got an empty list; add one`);
  }
  const seen = new Set<number>();
  for (const value of values) {
    requireSize(value, `"${name}" of a space`);
    if (seen.has(value)) {
      throw new ArchError("arch/duplicate", `arch: "${name}" of a space must list each value once, got ${value} twice; remove one`);
    }
    seen.add(value);
  }
}

function requireIndex(index: bigint | number, size: bigint): bigint {
  const whole = typeof index === "bigint" || Number.isSafeInteger(index) ? BigInt(index) : -1n;
  if (whole >= 0n && whole < size) return whole;
  throw new ArchError("arch/out-of-range",
    `arch: an index into this space must be an integer in [0, ${size - 1n}], got ${index}; check it against size`);
}

/** Reads the index as a number whose digits, fastest last, are positions on the axes. */
function pointAt({ depth, heads, hidden, intermediate }: SpaceAxes, index: bigint): ArchTuple {
  let rest = index;
  const digit = (axis: readonly number[]): number => {
    const base = BigInt(axis.length);
    const value = axis[Number(rest % base)]!;
    rest /= base;
    return value;
  };
  const [i, h, a, d] = [digit(intermediate), digit(hidden), digit(heads), digit(depth)];
  return [d, a, h, i];
}
