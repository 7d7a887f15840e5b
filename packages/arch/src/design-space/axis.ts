import { ArchError } from "../arch-error.js";
import { requireSize } from "../require-size.js";

/** Every `step`-th whole number from `from` up to `to`, none of which is listed. */
export interface ValueRange {
  readonly from: number;
  /** The last value where the steps meet it. */
  readonly to: number;
  /** Default 1. */
  readonly step?: number;
}

/** The values of an axis in their order: a list without repetition, or a range. */
export type AxisValues = ValueRange | readonly number[];

/** One dimension of a space: what is varied, and over what. */
export interface Axis {
  /** As messages and {@link DesignSpace.wherePair} name it, for example `"layer 3 width"`. */
  readonly name: string;
  readonly values: AxisValues;
  /** Number of values. */
  readonly size: number;
  /** The value at a zero-based place below `size`. */
  readonly valueAt: (place: number) => number;
  /** The place of a value; `undefined` where the axis has no such value. */
  readonly placeOf: (value: number) => number | undefined;
}

/**
 * Makes an axis of whole numbers in [1, 2^24].
 *
 * Throws `arch/empty-list`, `arch/duplicate` and `arch/bad-size` for an axis without values, with a value twice, or with one that is no size.
 */
export function axisOf(name: string, values: AxisValues): Axis {
  return "from" in values ? rangeAxis(name, values) : listAxis(name, values);
}

function rangeAxis(name: string, { from, to, step = 1 }: ValueRange): Axis {
  requireSize(from, `the start of "${name}"`);
  requireSize(to, `the end of "${name}"`, from);
  requireSize(step, `the step of "${name}"`);
  const size = Math.floor((to - from) / step) + 1;
  return {
    name,
    values: { from, to, step },
    size,
    valueAt: (place) => from + place * step,
    placeOf: (value) => {
      const place = (value - from) / step;
      return Number.isInteger(place) && place >= 0 && place < size ? place : undefined;
    },
  };
}

function listAxis(name: string, given: readonly number[]): Axis {
  const values = [...given];
  if (values.length === 0) {
    throw new ArchError("arch/empty-list", `arch: "${name}" of a space needs at least one value, got an empty list; add one`);
  }
  const places = new Map<number, number>();
  values.forEach((value, place) => {
    requireSize(value, `"${name}" of a space`);
    if (places.has(value)) {
      throw new ArchError("arch/duplicate", `arch: "${name}" of a space must list each value once, got ${value} twice; remove one`);
    }
    places.set(value, place);
  });
  return { name, values, size: values.length, valueAt: (place) => values[place]!, placeOf: (value) => places.get(value) };
}

/** The values of an axis as a message names them. */
export function valuesShown({ values, size, valueAt }: Axis): string {
  if ("from" in values) return `from ${values.from} to ${valueAt(size - 1)} in steps of ${values.step ?? 1}`;
  return `one of ${values.length > 8 ? `${values.slice(0, 8).join(", ")}, ...` : values.join(", ")}`;
}
