import { type MessagePort } from "node:worker_threads";
import { type Koffi } from "../blas/koffi.js";
import { type WasmModule, type WebAssemblyApi } from "../memory/webassembly.js";
import { type Reply, type Request, type WorkerSetup } from "./messages.js";
import { type GemmShare, type KernelShare, type Share } from "./split-step.js";

/** The part of `node:worker_threads` that a thread needs. */
interface WorkerThreads {
  readonly parentPort: MessagePort | null;
  readonly workerData: unknown;
}
type Sgemm = (...values: readonly number[]) => void;
type Kernel = (start: number, end: number, thread: number, table: number) => void;
type BoundShare = (KernelShare & { readonly kernel: Kernel }) | GemmShare | null;
interface BoundProgram {
  readonly shares: readonly BoundShare[];
  /** Bytes of the address table that this thread reads itself. */
  readonly tableBytes: number;
}

/**
 * What a thread runs.
 *
 * A thread is started with the text of this function, so that it works from source, from `dist` and from a bundle alike. It may
 * therefore refer to nothing outside itself but types, and holds its functions as methods, which no bundler wraps to keep their names.
 */
export function workerProgram({ parentPort, workerData }: WorkerThreads, require: (path: string) => unknown): void {
  const { thread, threads, memory, control: controlBuffer, words, blas } = workerData as WorkerSetup;
  const control = new Int32Array(controlBuffer);
  const { Instance } = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;
  const programs = new Map<number, BoundProgram>();
  /** Turns of waiting before sleeping, about a tenth of a millisecond: on virtual machines, falling asleep and waking up take as long. */
  const spins = 20_000;
  /** Milliseconds of sleep between two looks at whether another thread has failed. */
  const patience = 100;
  /** The memory as 32-bit words; as long as was needed so far. */
  let table32 = new Uint32Array(memory.buffer);
  /** The step in progress. */
  let current = -1;
  /** The address of the memory in the process: it is the same when the memory has grown. */
  let base = 0;
  let sgemm: Sgemm | null = null;

  const worker = {
    bindBlas() {
      if (blas === null) return;
      const koffi = require(blas.koffiPath) as Koffi;
      const library = koffi.load(blas.library);
      for (const setter of blas.threadSetters) library.func(setter, "void", ["int"])(1);
      sgemm = library.func("cblas_sgemm", "void", blas.signature) as Sgemm;
      base = Number(koffi.address(new Uint8Array(memory.buffer)));
    },

    reply(message: Reply) {
      parentPort!.postMessage(message);
    },

    receive(request: Request) {
      try {
        if (request.kind === "define") worker.define(request.call, request.program, request.module, request.shares);
        else if (request.kind === "run") worker.run(request.call, programs.get(request.program)!, request.tables, request.timed);
        else programs.delete(request.program);
      } catch (error) {
        if (request.kind === "release" || Atomics.load(control, words.failed) !== 0) return; // Another thread has told.
        if (request.kind === "run") Atomics.store(control, words.failed, 1);
        worker.reply({ kind: "failed", call: request.call, step: current, error: error instanceof Error ? error : String(error) });
      }
    },

    define(call: number, id: number, module: WasmModule, shares: readonly Share[]) {
      current = -1;
      const { exports } = new Instance(module, { env: { memory } });
      const bound = shares.map((share, step) => {
        current = step;
        if (share?.kind === "gemm" && sgemm === null) throw new Error("a matrix product needs a BLAS, and none was given");
        if (share?.kind !== "kernel") return share;
        const kernel = exports[share.fn];
        if (typeof kernel !== "function") throw new Error(`the module exports no function "${share.fn}"`);
        return { ...share, kernel: kernel as Kernel };
      });
      const slots = bound.flatMap((share) => (share?.kind === "gemm" ? share.slots : []));
      programs.set(id, { shares: bound, tableBytes: 4 * (slots.reduce((most, slot) => Math.max(most, slot), -1) + 1) });
      worker.reply({ kind: "done", call });
    },

    run(call: number, { shares, tableBytes }: BoundProgram, tables: readonly number[], timed: boolean) {
      const times = timed ? new Float64Array(shares.length) : null;
      for (const table of tables) {
        if (table32.byteLength < table + tableBytes) {
          memory.grow(0); // Lets this thread see what the memory has grown to.
          table32 = new Uint32Array(memory.buffer);
        }
        for (let i = 0; i < shares.length; i++) {
          const started = times === null ? 0 : performance.now();
          current = i;
          worker.perform(shares[i]!, table);
          worker.meet();
          if (times !== null) times[i] = performance.now() - started;
        }
      }
      if (thread === 0) worker.reply(times === null ? { kind: "done", call } : { kind: "done", call, times });
    },

    perform(share: BoundShare, table: number) {
      if (share === null) return;
      if (share.kind === "kernel") share.kernel(share.start, share.end, thread, table + share.args);
      else worker.multiply(share, table >>> 2);
    },

    multiply({ m, n, k, alpha, beta, transposeA, transposeB, slots, lds, offsets }: GemmShare, table: number) {
      const a = base + table32[table + slots[0]]!;
      const b = base + table32[table + slots[1]]!;
      const c = base + table32[table + slots[2]]!;
      const orderA = transposeA ? 112 : 111;
      const orderB = transposeB ? 112 : 111;
      for (let i = 0; i < offsets.length; i += 3) {
        sgemm!(101, orderA, orderB, m, n, k, alpha, a + offsets[i]!, lds[0], b + offsets[i + 1]!, lds[1], beta, c + offsets[i + 2]!, lds[2]);
      }
    },

    /** Waits until all threads are here. */
    meet() {
      if (threads === 1) return;
      const generation = Atomics.load(control, words.generation);
      if (Atomics.add(control, words.arrived, 1) === threads - 1) {
        Atomics.store(control, words.arrived, 0);
        Atomics.add(control, words.generation, 1);
        if (Atomics.load(control, words.sleepers) > 0) Atomics.notify(control, words.generation);
        return;
      }
      for (let i = 0; i < spins; i++) if (Atomics.load(control, words.generation) !== generation) return;
      Atomics.add(control, words.sleepers, 1);
      while (Atomics.load(control, words.generation) === generation) {
        if (Atomics.load(control, words.failed) !== 0) throw new Error("another thread has failed");
        Atomics.wait(control, words.generation, generation, patience);
      }
      Atomics.sub(control, words.sleepers, 1);
    },
  };

  worker.bindBlas();
  parentPort!.on("message", (request: Request) => worker.receive(request));
  worker.reply({ kind: "ready" });
}
