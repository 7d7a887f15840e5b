import { type BlasBinding } from "../blas/find-blas.js";
import { type WasmMemory, type WasmModule } from "../memory/webassembly.js";
import { type Share } from "./split-step.js";

/** What a thread begins with. */
export interface WorkerSetup {
  readonly thread: number;
  readonly threads: number;
  readonly memory: WasmMemory;
  /** The barrier's words, `controlBytes` long, and where they are. */
  readonly control: SharedArrayBuffer;
  readonly words: typeof controlWords;
  readonly blas: BlasBinding | null;
}

/** Indices of 32-bit words, each in a cache line of its own. */
export const controlWords = { arrived: 0, generation: 16, sleepers: 32, failed: 48 } as const;
export const controlBytes = 256;

/** To a thread. All threads get the same requests in the same order, and answer those with a `call`. */
export type Request =
  | { readonly kind: "define"; readonly call: number; readonly program: number; readonly module: WasmModule; readonly shares: readonly Share[] }
  | { readonly kind: "run"; readonly call: number; readonly program: number; readonly tables: readonly number[]; readonly timed: boolean }
  | { readonly kind: "release"; readonly program: number };

/** From a thread. A run is answered by thread 0 alone, once all are through, or by the one that failed. */
export type Reply =
  | { readonly kind: "ready" }
  | { readonly kind: "done"; readonly call: number; readonly times?: Float64Array }
  | { readonly kind: "failed"; readonly call: number; readonly step: number; readonly error: unknown };
