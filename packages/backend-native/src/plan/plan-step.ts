import { type Cluster } from "./cluster.js";
import { type GemmStep } from "./gemm.js";
import { type Buffer, type View } from "./view.js";

/** `rows[i]` of a contiguous [ids, columns] added to row `ids[i]` of a contiguous [rows, columns], split by columns. */
export interface ScatterStep {
  readonly kind: "scatter";
  readonly index: number;
  readonly target: Buffer;
  readonly ids: View;
  readonly rows: View;
}

/** The parts that threads summed, added up. */
export interface CombineStep {
  readonly kind: "combine";
  readonly index: number;
  readonly partial: Buffer;
  readonly result: Buffer;
}

export type PlanStep = Cluster | CombineStep | GemmStep | ScatterStep;

/** What is to be done, in order, and on what; addresses are not assigned yet. */
export interface Draft {
  readonly steps: readonly PlanStep[];
  readonly buffers: readonly Buffer[];
}
