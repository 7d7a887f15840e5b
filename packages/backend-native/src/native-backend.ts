import { availableParallelism } from "node:os";
import { type Backend, type EngineMemory, feedChecker, type Graph } from "@bort/graph";
import { findBlas } from "./blas/find-blas.js";
import { CompiledProgram, type NativeProgram } from "./compiled-program.js";
import { EngineArrays } from "./memory/engine-arrays.js";
import { SharedHeap } from "./memory/shared-heap.js";
import { compilePlan } from "./plan/compile-plan.js";
import { printPlan } from "./plan/print-plan.js";
import { ThreadPool } from "./threads/thread-pool.js";

export interface NativeBackendOptions {
  /** Threads that compute. Default: as many as the machine runs at once. */
  readonly threads?: number;
  /** What programs and the arrays that they use in place may take together, a multiple of 64 KiB. Default: 4 GiB, the most that WebAssembly addresses. */
  readonly maximumMemoryBytes?: number;
}

/** A backend whose arrays can be fed and filled without a copy, and that threads of its own run. */
export interface NativeBackend extends Backend {
  readonly device: "cpu";
  readonly threads: number;
  /** Name and version of the BLAS in use. */
  readonly blas: string;
  compile(graph: Graph): Promise<NativeProgram>;
  /**
   * Feeds and outputs that lie here are used in place. Arrays may take three quarters of the engine's memory; what is allocated beyond that is ordinary,
   * and runs copy it in and out.
   */
  readonly memory: EngineMemory;
  /** Bytes of the engine's memory that arrays and programs take. */
  memoryInUse(): number;
  /** The plan of a graph as text: its steps, buffers, bytes and FLOPs. */
  explain(graph: Graph): string;
  /** Ends the threads; nothing can be compiled or run after it. */
  close(): Promise<void>;
}

/**
 * A backend on the system's BLAS and on WebAssembly kernels that are generated for each graph.
 *
 * @throws NativeError `backend-native/no-koffi`, `backend-native/no-blas`, `backend-native/bad-blas` where the machine lacks what it needs,
 * `backend-native/bad-option`, `backend-native/out-of-memory` where the address space is not to be had
 */
export async function nativeBackend({ threads = availableParallelism(), maximumMemoryBytes }: NativeBackendOptions = {}): Promise<NativeBackend> {
  const blas = findBlas();
  const heap = new SharedHeap(maximumMemoryBytes === undefined ? {} : { maximumBytes: maximumMemoryBytes });
  const pool = await ThreadPool.start({ threads, memory: heap.memory, blas: blas.binding });
  const planOptions = { threads, pages: { initial: 1, maximum: heap.maximumBytes / 65_536 } };
  let programs = 0;
  return {
    name: `native (${blas.description})`,
    device: "cpu",
    threads,
    blas: blas.description,
    memory: new EngineArrays(heap),
    memoryInUse: () => heap.allocatedBytes,
    explain: (graph) => printPlan(compilePlan(graph, planOptions)),
    compile: async (graph) => {
      feedChecker(graph);
      return CompiledProgram.create(graph, compilePlan(graph, planOptions), { heap, pool, id: programs++ });
    },
    close: () => pool.close(),
  };
}
