import { contiguousRuns, type Buffer, type View } from "./view.js";

/** A matrix of a product as BLAS reads it. */
export interface GemmOperand {
  readonly buffer: Buffer;
  /** Elements between one row and the next, or, where it is read transposed, between one column and the next. */
  readonly ld: number;
  readonly transposed: boolean;
}

/** Where the matrices of one product of a batch start, in elements. */
export interface GemmOffsets {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** c = alpha a b for each entry of a batch: a is [m, k], b [k, n], c [m, n]. */
export interface GemmStep {
  readonly kind: "gemm";
  readonly index: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly alpha: number;
  readonly a: GemmOperand;
  readonly b: GemmOperand;
  readonly c: GemmOperand;
  readonly batch: readonly GemmOffsets[];
}

/** The last two axes of a view as a matrix of BLAS; `undefined` where neither has neighbouring elements. */
export function gemmOperand({ buffer, shape, strides }: View): GemmOperand | undefined {
  const [rows, columns] = shape.slice(-2) as [number, number];
  const [down, across] = strides.slice(-2) as [number, number];
  if ((columns === 1 || across === 1) && (rows === 1 || down >= columns)) return { buffer, ld: rows === 1 ? columns : down, transposed: false };
  if ((rows === 1 || down === 1) && (columns === 1 || across >= rows)) return { buffer, ld: columns === 1 ? rows : across, transposed: true };
  return undefined;
}

/** A batched product of views that {@link gemmOperand} accepts; where all entries share b, their rows become those of one product. */
export function gemmOf(a: View, b: View, c: View): Omit<GemmStep, "alpha" | "index" | "kind"> {
  const merged = mergeRows(a, b, c);
  if (merged !== undefined) return gemmOf(merged.a, merged.b, merged.c);
  const [m, n] = c.shape.slice(-2) as [number, number];
  const offsets = [a, b, c].map(batchOffsets) as [number[], number[], number[]];
  return {
    m, n, k: a.shape.at(-1)!, a: gemmOperand(a)!, b: gemmOperand(b)!, c: gemmOperand(c)!,
    batch: offsets[0].map((offset, i) => ({ a: offset, b: offsets[1][i]!, c: offsets[2][i]! })),
  };
}

function mergeRows(a: View, b: View, c: View): { readonly a: View; readonly b: View; readonly c: View } | undefined {
  const sharesB = b.shape.length > 2 && b.shape.slice(0, -2).every((size, axis) => size === 1 || b.strides[axis] === 0);
  if (!sharesB) return undefined;
  const [tallA, tallC] = [tall(a), tall(c)];
  return tallA === undefined || tallC === undefined ? undefined : { a: tallA, b: { ...b, shape: b.shape.slice(-2), strides: b.strides.slice(-2) }, c: tallC };
}

/** The entries of a batch below one another, where one stride steps along all their rows. */
function tall(view: View): View | undefined {
  const outer = { shape: view.shape.slice(0, -1), strides: view.strides.slice(0, -1) };
  const runs = contiguousRuns(outer);
  if (runs.length > 1 || runs.some(({ stride }) => stride === 0)) return undefined;
  const [{ size, stride } = { size: 1, stride: view.shape.at(-1)! }] = runs;
  const joined = { ...view, shape: [size, view.shape.at(-1)!], strides: [stride, view.strides.at(-1)!] };
  return gemmOperand(joined)?.transposed === false ? joined : undefined;
}

/** Where each entry of a batch starts, the last axis fastest. */
function batchOffsets({ offset, shape, strides }: View): number[] {
  return shape.slice(0, -2).reduce<number[]>(
    (starts, size, axis) => starts.flatMap((start) => Array.from({ length: size }, (_, i) => start + i * strides[axis]!)), [offset]);
}
