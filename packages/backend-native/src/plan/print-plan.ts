import { clusterOperands } from "./accesses.js";
import { type Cluster, type ClusterValue } from "./cluster.js";
import { type Plan } from "./compile-plan.js";
import { type PlanStep } from "./plan-step.js";
import { type Buffer } from "./view.js";

/** A plan as text, one line a step: what it computes, from which buffers to which, and its FLOPs where it is a product. */
export function printPlan({ draft: { steps, buffers }, memory, scratchBytes }: Plan): string {
  const products = steps.reduce((flops, step) => flops + flopsOf(step), 0);
  const temporaries = buffers.filter((buffer) => memory.offsets.has(buffer));
  const sum = temporaries.reduce((bytes, { size }) => bytes + 4 * size, 0);
  return [
    `${steps.length} steps, ${temporaries.length} temporaries of ${sum} bytes in ${memory.bytes}, ${scratchBytes} bytes of scratch, ${products} FLOPs in products`,
    ...steps.map((step, index) => `${String(index).padStart(4)}  ${printStep(step)}`),
  ].join("\n");
}

function flopsOf(step: PlanStep): number {
  return step.kind === "gemm" ? 2 * step.batch.length * step.m * step.n * step.k : 0;
}

/** One step as text. */
export function printStep(step: PlanStep): string {
  switch (step.kind) {
    case "cluster":
      return clusterText(step);
    case "combine":
      return `combine ${named(step.partial)} -> ${named(step.result)}`;
    case "gemm": {
      const { m, n, k, a, b, c, alpha, batch } = step;
      const count = batch.length === 1 ? "" : `${batch.length} x `;
      const factor = alpha === 1 ? "" : `${alpha} `;
      return `gemm    ${count}[${m},${k}] [${k},${n}]  ${factor}${named(a.buffer)}${a.transposed ? "^T" : ""} ${named(b.buffer)}${b.transposed ? "^T" : ""} -> ${named(c.buffer)}  ${flopsOf(step)} FLOPs`;
    }
    case "scatter":
      return `scatter ${named(step.rows.buffer)} by ${named(step.ids.buffer)} -> ${named(step.target)}`;
  }
}

function clusterText(cluster: Cluster): string {
  const { rows, columns, flat, values } = cluster;
  const operands = clusterOperands(cluster);
  const list = (writes: boolean): string => [...new Set(operands.filter((operand) => operand.writes === writes).map(({ buffer }) => named(buffer)))].join(" ");
  const work = values.map(workOf).filter((text) => text !== "").join(" ");
  return `kernel  ${flat ? `[${columns}]` : `[${rows},${columns}]`}  ${list(false)} -> ${list(true)}  ${work}`;
}

function workOf(value: ClusterValue): string {
  if (value.kind === "reduce") return `row-${value.op}`;
  return value.kind === "element" ? value.op : "";
}

function named({ slot, use }: Buffer): string {
  return use.kind === "feed" || use.kind === "output" ? use.name : use.kind === "constant" ? `c${slot}` : `t${slot}`;
}
