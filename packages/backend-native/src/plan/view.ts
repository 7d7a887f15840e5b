import { type DType, type Shape } from "@bort/graph";

/** Memory that a plan speaks of; where it lies is known when the plan runs. */
export interface Buffer {
  /** Its place in the address table. */
  readonly slot: number;
  /** Elements, each of 4 bytes: booleans are 0 or 1 in an i32. */
  readonly size: number;
  readonly use: BufferUse;
}

/**
 * `feed` and `output` belong to a run, `constant` to the program, `temporary` lives from the step that writes it to the last that reads it. `index` is no
 * memory: each element is its own place in the buffer.
 */
export type BufferUse =
  | { readonly kind: "feed"; readonly name: string }
  | { readonly kind: "output"; readonly name: string }
  | { readonly kind: "constant"; readonly data: ArrayLike<number>; readonly dtype: DType }
  | { readonly kind: "temporary" }
  | { readonly kind: "index" };

/** A tensor in a buffer: element [i, j, ..] lies `offset + i * strides[0] + j * strides[1] + ..` elements after its start. */
export interface View {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly shape: Shape;
  readonly strides: readonly number[];
}

/** Strides of a row-major tensor. */
export function rowMajor(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** A whole buffer as a row-major tensor. */
export const wholeView = (buffer: Buffer, shape: Shape): View => ({ buffer, offset: 0, shape, strides: rowMajor(shape) });

/** Whether a view's elements lie one after another; axes of one element may have any stride. */
export function isContiguous({ shape, strides }: View): boolean {
  const expected = rowMajor(shape);
  return shape.every((size, axis) => size === 1 || strides[axis] === expected[axis]);
}

export const transposeView = (view: View, perm: readonly number[]): View =>
  ({ ...view, shape: perm.map((axis) => view.shape[axis]!), strides: perm.map((axis) => view.strides[axis]!) });

export const sliceView = (view: View, starts: readonly number[], shape: Shape): View =>
  ({ ...view, shape, offset: starts.reduce((offset, start, axis) => offset + start * view.strides[axis]!, view.offset) });

/** The view that broadcasting to a shape makes: axes that are added or of one element are not stepped along. */
export function broadcastView(view: View, shape: Shape): View {
  const added = shape.length - view.shape.length;
  const strides = shape.map((size, axis) => {
    const own = axis - added;
    return own < 0 || (view.shape[own] === 1 && size !== 1) ? 0 : view.strides[own]!;
  });
  return { ...view, shape, strides };
}

/** The view with another shape of as many elements, or `undefined` where no strides can say it. */
export function reshapeView(view: View, shape: Shape): View | undefined {
  // Runs of old axes that lie one after another are split anew; a new axis must not straddle two runs.
  const runs = contiguousRuns(view);
  const strides = new Array<number>(shape.length).fill(0);
  let axis = shape.length - 1;
  for (const { size, stride } of runs.reverse()) {
    let left = size;
    let at = stride;
    while (axis >= 0 && (left > 1 || shape[axis] === 1)) {
      const wanted = shape[axis]!;
      if (left % wanted !== 0) return undefined;
      strides[axis--] = at;
      left /= wanted;
      at *= wanted;
    }
    if (left > 1) return undefined;
  }
  while (axis >= 0 && shape[axis] === 1) axis--;
  return axis >= 0 ? undefined : { ...view, shape, strides };
}

interface Run {
  readonly size: number;
  readonly stride: number;
}

/** The axes of a view with those merged that one stride steps along; axes of one element are dropped. */
export function contiguousRuns({ shape, strides }: Pick<View, "shape" | "strides">): Run[] {
  const runs: Run[] = [];
  shape.forEach((size, axis) => {
    if (size === 1) return;
    const last = runs.at(-1);
    if (last !== undefined && last.stride === size * strides[axis]!) runs[runs.length - 1] = { size: last.size * size, stride: strides[axis]! };
    else runs.push({ size, stride: strides[axis]! });
  });
  return runs;
}

/** Elements from the first to the last of a view, the latter included. */
export const extentOf = ({ shape, strides }: View): number => shape.reduce((extent, size, axis) => extent + (size - 1) * strides[axis]!, 1);

/** The view with its last two axes exchanged. */
export function swapLastAxes(view: View): View {
  const axes = [...view.shape.keys()];
  return transposeView(view, [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!]);
}

/** Whether two views are the same elements of the same buffer in the same order. */
export function sameView(a: View, b: View): boolean {
  return a.buffer === b.buffer && a.offset === b.offset && a.shape.every((size, axis) => size === 1 || a.strides[axis] === b.strides[axis]);
}
