import { type DType, type Node, type Shape, sizeOf } from "@bort/graph";
import { type Cluster, type ElementOp } from "./cluster.js";
import { type LayoutNode } from "./layout-view.js";
import { type View } from "./view.js";

/**
 * Where a value is: a number known now, in memory from step `ready` on, computed by a cluster and in memory only if something asks, or computed from
 * feeds and constants alone, and so by every cluster that needs it.
 */
export type Value =
  | { readonly at: "immediate"; readonly value: number; readonly dtype: DType }
  | { readonly at: "anywhere"; readonly op: ElementOp; readonly inputs: readonly Node[]; readonly shape: Shape; readonly dtype: DType; readonly leaves: number }
  | { readonly at: "memory"; readonly view: View; readonly dtype: DType; readonly ready: number }
  | { readonly at: "cluster"; readonly cluster: Cluster; readonly place: number; readonly span: "full" | "row"; readonly dtype: DType; readonly shape: Shape };

/** A value that a cluster computes. */
export type ClusterResult = Extract<Value, { readonly at: "cluster" }>;

/** A shape as rows of its last axis. */
export function spaceOf(shape: Shape): { readonly rows: number; readonly columns: number } {
  const columns = shape.at(-1) ?? 1;
  return { rows: sizeOf(shape) / columns, columns };
}

/** Whether a value of that shape is there for every element of a cluster, or once a row. */
export const spanIn = (cluster: Cluster, shape: Shape): "full" | "row" => (!cluster.flat && cluster.columns !== 1 && (shape.at(-1) ?? 1) === 1 ? "row" : "full");

/** Whether a value of a cluster stands, for every element of a shape, where that element is computed. */
export function alignsWith(value: ClusterResult, shape: Shape, cluster: Cluster): boolean {
  if (cluster.flat) return sizeOf(value.shape) === sizeOf(shape);
  const outer = (of: Shape): string => of.slice(0, -1).filter((size, axis, all) => size !== 1 || all.slice(0, axis).some((one) => one !== 1)).join();
  return outer(value.shape) === outer(shape) && (value.span === "row" || (value.shape.at(-1) ?? 1) === (shape.at(-1) ?? 1));
}

/** The value under a shape whose rows are the same elements, in the cluster that computes it; `undefined` where they are not. */
export function regrouped(value: ClusterResult, { op, shape }: LayoutNode): Value | undefined {
  const { cluster, span } = value;
  if (op === "expand") return sizeOf(shape) === sizeOf(value.shape) || (span === "row" && sameOuter(value.shape, shape) && shape.at(-1) === cluster.columns) ? { ...value, shape } : undefined;
  if (op !== "reshape") return undefined;
  if (cluster.flat) return { ...value, shape };
  return (shape.at(-1) ?? 1) === (value.shape.at(-1) ?? 1) ? { ...value, shape } : undefined;
}

const sameOuter = (a: Shape, b: Shape): boolean => a.length === b.length && a.slice(0, -1).every((size, axis) => size === b[axis]);
