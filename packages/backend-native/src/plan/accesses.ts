import { type Access, type Cluster } from "./cluster.js";
import { type PlanStep } from "./plan-step.js";
import { type Buffer } from "./view.js";

/** A buffer and an element of it, at which a step begins to read or write. */
export interface Operand {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly writes: boolean;
}

/** The operands of a step, in the order in which its code finds their addresses. */
export function operandsOf(step: PlanStep): Operand[] {
  const at = (buffer: Buffer, writes: boolean, offset = 0): Operand => ({ buffer, offset, writes });
  switch (step.kind) {
    case "cluster":
      return clusterOperands(step);
    case "combine":
      return [at(step.partial, false), at(step.result, true)];
    case "gemm":
      return [at(step.a.buffer, false), at(step.b.buffer, false), at(step.c.buffer, true)];
    case "scatter":
      return [at(step.target, true), at(step.ids.buffer, false, step.ids.offset), at(step.rows.buffer, false, step.rows.offset)];
  }
}

/** Loads, each followed by the ids that it looks up, then stores, then partial sums. */
export function clusterOperands({ values, stores, sums }: Cluster): Operand[] {
  const ofAccess = ({ buffer, offset, indirect }: Access, writes: boolean): Operand[] =>
    [{ buffer, offset, writes }, ...(indirect === undefined ? [] : ofAccess(indirect.ids, false))];
  return [
    ...values.flatMap((value) => (value.kind === "load" ? ofAccess(value.access, false) : [])),
    ...stores.flatMap(({ access }) => ofAccess(access, true)),
    ...sums.map(({ partial }) => ({ buffer: partial, offset: 0, writes: true })),
  ];
}
