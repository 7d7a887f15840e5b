import { type Graph } from "@bort/graph";
import { addClusterKernel, columnsPerBlock } from "../kernel/cluster-kernel.js";
import { addCombineKernel, addScatterKernel } from "../kernel/move-kernels.js";
import { type Step } from "../threads/step.js";
import { ModuleBuilder } from "../wasm/module-builder.js";
import { operandsOf } from "./accesses.js";
import { type Cluster, exactly } from "./cluster.js";
import { areFed, computedLookups, type Lookup } from "./lookups.js";
import { type Draft, type PlanStep } from "./plan-step.js";
import { draft } from "./planner.js";
import { type MemoryPlan, planMemory } from "./memory-plan.js";
import { type Buffer, extentOf } from "./view.js";

/** Where an address of the table comes from: a buffer, the memory that threads scribble in, or the words where kernels leave ids that are no rows. */
export interface TableEntry {
  readonly buffer: Buffer | "faults" | "scratch";
  /** Elements from the start of the buffer. */
  readonly offset: number;
}

/** A graph as steps that threads run, with everything known but where its memory lies. */
export interface Plan {
  readonly draft: Draft;
  readonly memory: MemoryPlan;
  readonly module: Uint8Array;
  readonly steps: readonly Step[];
  /** The address table: each step's entries lie together. */
  readonly table: readonly TableEntry[];
  readonly scratchBytes: number;
  /** What each word of the faults is about. */
  readonly faults: readonly Lookup[];
}

export interface PlanOptions {
  readonly threads: number;
  /** Limits of the memory that the kernels import, in pages of 64 KiB. */
  readonly pages: { readonly initial: number; readonly maximum: number };
}

/** A kernel's share is not worth another thread below about this many elements. */
const elementsPerShare = 4096;

/** Plans a graph and generates its kernels; equal kernels, as the layers of an encoder have them, are one. */
export function compilePlan(graph: Graph, { threads, pages }: PlanOptions): Plan {
  const drafted = draft(graph, threads);
  const module = new ModuleBuilder({ ...pages, shared: true });
  const kernels = new Kernels(module, threads);
  const table: TableEntry[] = [];
  const faults: Lookup[] = [];
  const steps = drafted.steps.map((step): Step => {
    const args = table.length;
    table.push(...operandsOf(step).map(({ buffer, offset }) => ({ buffer, offset })));
    if (step.kind !== "gemm") {
      if (step.kind === "cluster") table.push({ buffer: "scratch", offset: 0 });
      for (const lookup of computedLookups(step)) table.push({ buffer: "faults", offset: faults.push(lookup) - 1 });
      return { kind: "kernel", ...kernels.of(step), args };
    }
    const { m, n, k, a, b, c, alpha, batch } = step;
    const operand = (place: number, ld: number): { slot: number; offset: number; ld: number } => ({ slot: args + place, offset: 0, ld });
    return {
      kind: "gemm", m, n, k, alpha, beta: 0, transposeA: a.transposed, transposeB: b.transposed, a: operand(0, a.ld), b: operand(1, b.ld), c: operand(2, c.ld), batch,
    };
  });
  return { draft: drafted, memory: planMemory(drafted), module: module.toBytes(), steps, table, scratchBytes: kernels.scratchBytes * threads, faults };
}

interface Kernel {
  readonly fn: string;
  readonly units: number;
  readonly grain: number;
  readonly everyThread: boolean;
}

/** The kernels of a module, made when first asked for. */
class Kernels {
  /** What one thread needs at most. */
  scratchBytes = 0;
  readonly #module: ModuleBuilder;
  readonly #threads: number;
  readonly #known = new Map<string, Kernel>();

  constructor(module: ModuleBuilder, threads: number) {
    this.#module = module;
    this.#threads = threads;
  }

  of(step: Exclude<PlanStep, { kind: "gemm" }>): Kernel {
    const key = keyOf(step);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made = this.#make(step, `${step.kind} ${this.#known.size}`);
    this.#known.set(key, made);
    return made;
  }

  #make(step: Exclude<PlanStep, { kind: "gemm" }>, fn: string): Kernel {
    if (step.kind === "cluster") {
      const { units, scratchBytes } = addClusterKernel(this.#module, fn, step);
      this.scratchBytes = Math.max(this.scratchBytes, scratchBytes);
      return { fn, units, grain: Math.max(1, Math.floor((elementsPerShare * units) / (step.rows * step.columns))), everyThread: step.sums.length > 0 };
    }
    const columns = step.kind === "combine" ? step.result.size : step.rows.shape.slice(step.ids.shape.length).reduce((product, size) => product * size, 1);
    if (step.kind === "combine") addCombineKernel(this.#module, fn, columns, this.#threads);
    else addScatterKernel(this.#module, fn, { columns, count: extentOf(step.ids), tableRows: step.target.size / columns, fed: areFed(step.ids.buffer) });
    return { fn, units: Math.ceil(columns / columnsPerBlock), grain: 1, everyThread: false };
  }
}

/** What a kernel's code depends on: all but where its operands lie. */
function keyOf(step: Exclude<PlanStep, { kind: "gemm" }>): string {
  const withoutPlace = (name: string, value: unknown): unknown => (name === "buffer" || name === "offset" || name === "partial" || name === "result" ? undefined : exactly(value));
  if (step.kind === "combine") return `combine ${step.result.size}`;
  if (step.kind === "scatter") return `scatter ${step.ids.shape.join()} ${step.rows.shape.join()} ${areFed(step.ids.buffer) ? "fed" : step.target.size}`;
  const { rows, columns, flat, values, stores, sums }: Cluster = step;
  return JSON.stringify({ rows, columns, flat, values, stores, sums }, withoutPlace);
}
