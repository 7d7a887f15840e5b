import { type DType } from "@bort/graph";
import { type Buffer, contiguousRuns, type View } from "./view.js";

/** How an operand or a result lies in memory, seen from the rows and columns of a cluster. */
export interface Access {
  readonly buffer: Buffer;
  readonly offset: number;
  /** The row index as a number of several digits, slowest first, each with what a step of it adds to the offset. */
  readonly rows: readonly { readonly size: number; readonly stride: number }[];
  /** 0: one element for the whole row; 1: neighbours; else apart. */
  readonly columnStride: number;
  /** The row of a table that each row reads: `ids`, which are a feed or not, say which of the `rows` it is, `stride` how far apart table rows are. */
  readonly indirect?: { readonly ids: Access; readonly fed: boolean; readonly stride: number; readonly rows: number };
}

/** Ops that a kernel computes element by element. */
export type ElementOp =
  | "add" | "cast" | "div" | "equal" | "erf" | "exp" | "less" | "log" | "mul" | "neg" | "sigmoid" | "sqrt" | "sub" | "tanh" | "uniform" | "where";

/**
 * A value of a cluster, for every element (`full`) or once a row (`row`); `inputs` are places in the list of values. An `index` is where a load with its
 * strides would find each element: its number in a row-major tensor.
 */
export type ClusterValue = { readonly dtype: DType; readonly span: "full" | "row" } & (
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "load"; readonly access: Access }
  | ({ readonly kind: "index" } & Pick<Access, "rows" | "columnStride">)
  | { readonly kind: "element"; readonly op: ElementOp; readonly inputs: readonly number[] }
  | { readonly kind: "reduce"; readonly op: "max" | "sum"; readonly input: number }
);

/** What a cluster writes: a value, element by element or row by row. */
export interface ClusterStore {
  readonly value: number;
  readonly access: Access;
}

/** A sum of a value over all rows: each thread sums its own into its part of `partial`, and a step that follows adds the parts up. */
export interface ColumnSum {
  readonly value: number;
  readonly partial: Buffer;
  readonly result: Buffer;
}

/** Element-wise work, reductions of rows and sums of columns over one space of rows and columns: what one kernel computes. */
export class Cluster {
  readonly kind = "cluster" as const;
  readonly values: ClusterValue[] = [];
  readonly stores: ClusterStore[] = [];
  readonly sums: ColumnSum[] = [];
  /** Where values are that something asked to have in memory. */
  readonly stored: Map<number, View> = new Map();
  readonly #places = new Map<string, number>();

  constructor(
    readonly index: number,
    readonly rows: number,
    readonly columns: number,
    /** Whether all axes are one row: every operand is contiguous, or one element. */
    readonly flat: boolean,
  ) {}

  /** Adds a value and returns its place; equal values are one. */
  add(value: ClusterValue): number {
    const key = JSON.stringify(value, (name, field: unknown) => (name === "buffer" ? (field as Buffer).slot : exactly(field)));
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    this.#places.set(key, this.values.length);
    return this.values.push(value) - 1;
  }

  reads(buffer: Buffer): boolean {
    return this.values.some((value) => value.kind === "load" && value.access.buffer === buffer);
  }

  /** Whether a row's elements depend on one another, so that a row cannot be split. */
  get reduces(): boolean {
    return this.values.some(({ kind }) => kind === "reduce");
  }
}

/** What JSON keeps apart: of numbers it has neither infinities nor NaN, nor -0. */
export function exactly(field: unknown): unknown {
  if (Object.is(field, -0)) return "-0";
  return typeof field === "number" && !Number.isFinite(field) ? String(field) : field;
}

/** How a view, broadcast to a value's shape, is read in a cluster; `undefined` where a flat cluster cannot. */
export function accessOf(view: View, flat: boolean): Access | undefined {
  const { buffer, offset, shape, strides } = view;
  if (!flat) {
    const outer = { shape: shape.slice(0, -1), strides: strides.slice(0, -1) };
    const columnStride = shape.length === 0 || shape.at(-1) === 1 ? 0 : strides.at(-1)!;
    return { buffer, offset, rows: contiguousRuns(outer), columnStride };
  }
  const runs = contiguousRuns(view);
  const [first] = runs;
  if (first === undefined || runs.every(({ stride }) => stride === 0)) return { buffer, offset, rows: [], columnStride: 0 };
  return runs.length === 1 ? { buffer, offset, rows: [], columnStride: first.stride } : undefined;
}
