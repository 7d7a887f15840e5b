import { Worker } from "node:worker_threads";
import { type BlasBinding } from "../blas/find-blas.js";
import { type WasmMemory, type WasmModule, webAssembly } from "../memory/webassembly.js";
import { NativeError, textOf } from "../native-error.js";
import { type Reply, type Request, type WorkerSetup, controlBytes, controlWords } from "./messages.js";
import { type Definition, SharedDefinitions, type ThreadProgram } from "./shared-definitions.js";
import { splitStep } from "./split-step.js";
import { type Step } from "./step.js";
import { workerProgram } from "./worker-program.js";

export interface ThreadPoolOptions {
  /** Threads that compute; the caller's own never does. */
  readonly threads: number;
  /** Holds whatever the programs read and write. */
  readonly memory: WasmMemory;
  /** Needed by programs with matrix products. Default: none. */
  readonly blas?: BlasBinding;
}

/** A request that the threads have yet to answer. */
interface Call {
  readonly kind: "start" | "define" | "run";
  readonly program: number;
  readonly steps: readonly Step[];
  answersMissing: number;
  resolve(times: Float64Array | undefined): void;
  reject(error: NativeError): void;
}
type CallDetails = Omit<Call, "resolve" | "reject">;
const startCall = 0;

/**
 * Threads that run plans in lockstep: each does its share of a step, and all wait for one another before the next.
 *
 * Runs are done one after another, in the order of the calls. What a thread does depends on the plan and the number of threads
 * alone, so that the same run gives the same bits. Idle threads neither compute nor keep the process alive.
 *
 * A thread that fails takes the pool with it: every open call and every later one is rejected with `backend-native/crashed`.
 */
export class ThreadPool {
  readonly threads: number;
  readonly #control = new SharedArrayBuffer(controlBytes);
  private readonly workers: readonly Worker[];
  readonly #programs = new Map<number, Definition>();
  readonly #definitions: SharedDefinitions;
  readonly #calls = new Map<number, Call>();
  #lastCall = startCall;
  /** Called when the last open call is settled. */
  readonly #whenIdle: (() => void)[] = [];
  /** Why nothing can run any more. */
  #ended: NativeError | undefined;

  private constructor({ threads, memory, blas }: ThreadPoolOptions) {
    this.threads = threads;
    this.#definitions = new SharedDefinitions({
      define: (number, program) => this.#define(number, program),
      forget: (number) => this.#forget(number),
    });
    this.workers = Array.from({ length: threads }, (_, thread) => {
      const setup: WorkerSetup = { thread, threads, memory, control: this.#control, words: controlWords, blas: blas ?? null };
      const worker = new Worker(workerText, { eval: true, execArgv: [], workerData: setup });
      worker.on("message", (reply: Reply) => this.#receive(thread, reply));
      worker.on("error", (cause) => this.#crash(`thread ${thread} failed: ${textOf(cause)}`, cause));
      worker.on("exit", (code) => this.#crash(`thread ${thread} ended with exit code ${code}`));
      return worker;
    });
  }

  /**
   * Starts the threads.
   *
   * @throws NativeError `backend-native/bad-option`, `backend-native/crashed` where a thread cannot start or load the BLAS
   */
  static async start(options: ThreadPoolOptions): Promise<ThreadPool> {
    if (!Number.isInteger(options.threads) || options.threads < 1) {
      throw new NativeError("backend-native/bad-option", `backend-native: threads must be a whole number of at least 1, got ${options.threads}`);
    }
    const pool = new ThreadPool(options);
    await pool.#open(startCall, { kind: "start", program: -1, steps: [], answersMissing: options.threads });
    return pool;
  }

  /**
   * Compiles a program's kernels and gives every thread its share of the steps, unless an equal program is there.
   *
   * @param id - names the program in later calls
   * @throws NativeError `backend-native/bad-program` where the module does not compile or lacks a kernel, or a product has no BLAS
   */
  async define(id: number, program: ThreadProgram): Promise<void> {
    if (this.#ended !== undefined) throw this.#ended;
    const definition = this.#definitions.acquire(program);
    await definition.defined;
    this.release(id);
    this.#programs.set(id, definition);
  }

  /**
   * Runs all steps of a program.
   *
   * @param table - the byte address, a multiple of 4, of the addresses of the program's buffers: 32 bits each, by slot. It and
   * the buffers belong to the run until it is over.
   * @throws NativeError `backend-native/bad-program`, `backend-native/crashed`, `backend-native/closed`
   */
  async run(id: number, table: number): Promise<void> {
    await this.#run(id, [table], false);
  }

  /** Runs a program once for each address table, one after another. */
  async runEach(id: number, tables: readonly number[]): Promise<void> {
    await this.#run(id, tables, false);
  }

  /** Runs a program as `run` does. @returns milliseconds per step on thread 0, its waiting for the others included */
  async profile(id: number, table: number): Promise<Float64Array> {
    return (await this.#run(id, [table], true))!;
  }

  /** Forgets a program, after the runs of it that were asked for. */
  release(id: number): void {
    const definition = this.#programs.get(id);
    if (definition === undefined) return;
    this.#programs.delete(id);
    this.#definitions.release(definition);
  }

  /** Ends the threads, after the runs that were asked for. Later calls are rejected with `backend-native/closed`. */
  async close(): Promise<void> {
    this.#ended ??= new NativeError("backend-native/closed", "backend-native: this engine has been closed; create another");
    if (this.#calls.size > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  async #define(number: number, { module: bytes, steps }: ThreadProgram): Promise<void> {
    let module: WasmModule;
    try {
      module = await webAssembly.compile(bytes);
    } catch (cause) {
      throw new NativeError("backend-native/bad-program", `backend-native: the kernels of program ${number} do not compile: ${textOf(cause)}`, { cause });
    }
    const shares = steps.map((step) => splitStep(step, this.threads));
    await this.#call({ kind: "define", program: number, steps, answersMissing: this.threads }, (call, thread) =>
      ({ kind: "define", call, program: number, module, shares: shares.map((share) => share[thread]!) }));
  }

  #forget(number: number): void {
    if (this.#ended === undefined) this.#post(() => ({ kind: "release", program: number }));
  }

  async #run(id: number, tables: readonly number[], timed: boolean): Promise<Float64Array | undefined> {
    const definition = this.#programs.get(id);
    if (definition === undefined) {
      throw this.#ended ?? new NativeError("backend-native/bad-program", `backend-native: there is no program ${id}; define it first`);
    }
    const { number: program, steps } = definition;
    return this.#call({ kind: "run", program, steps, answersMissing: 1 }, (call) => ({ kind: "run", call, program, tables, timed }));
  }

  async #call(details: CallDetails, request: (call: number, thread: number) => Request): Promise<Float64Array | undefined> {
    if (this.#ended !== undefined) throw this.#ended;
    const call = ++this.#lastCall;
    const answered = this.#open(call, details);
    this.#post((thread) => request(call, thread));
    return answered;
  }

  #post(request: (thread: number) => Request): void {
    for (const [thread, worker] of this.workers.entries()) worker.postMessage(request(thread));
  }

  /** Enters a call; the process stays alive until it is answered. */
  #open(id: number, details: CallDetails): Promise<Float64Array | undefined> {
    if (this.#calls.size === 0) for (const worker of this.workers) worker.ref();
    return new Promise((resolve, reject) => this.#calls.set(id, { ...details, resolve, reject }));
  }

  #settle(id: number): void {
    this.#calls.delete(id);
    if (this.#calls.size > 0) return;
    for (const worker of this.workers) worker.unref();
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  #receive(thread: number, reply: Reply): void {
    const id = reply.kind === "ready" ? startCall : reply.call;
    const call = this.#calls.get(id);
    if (call === undefined) return; // Another thread's failure has settled it.
    if (reply.kind === "failed") {
      this.#fail(id, call, thread, reply);
    } else if (--call.answersMissing === 0) {
      this.#settle(id);
      call.resolve(reply.kind === "done" ? reply.times : undefined);
    }
  }

  /** A program that cannot be defined is that call's error; one that fails in a run leaves its memory in any state, and is the pool's end. */
  #fail(id: number, { kind, program, steps, reject }: Call, thread: number, { step, error }: Reply & { kind: "failed" }): void {
    const place = steps[step] === undefined ? "" : ` in step ${step} (${describe(steps[step])})`;
    const text = `program ${program} failed on thread ${thread}${place}: ${textOf(error)}`;
    if (kind === "run") return this.#crash(text, error);
    this.#settle(id);
    this.#post(() => ({ kind: "release", program }));
    reject(new NativeError("backend-native/bad-program", `backend-native: ${text}`, { cause: error }));
  }

  #crash(text: string, cause?: unknown): void {
    if (this.#ended !== undefined && this.#calls.size === 0) return;
    this.#ended = new NativeError("backend-native/crashed", `backend-native: ${text}; create another engine`, { cause });
    Atomics.store(new Int32Array(this.#control), controlWords.failed, 1);
    Atomics.notify(new Int32Array(this.#control), controlWords.generation);
    for (const [id, { reject }] of [...this.#calls]) {
      this.#settle(id);
      reject(this.#ended);
    }
    for (const worker of this.workers) void worker.terminate();
  }
}

const workerText = `(${workerProgram.toString()})(require("node:worker_threads"), require);`;

const describe = (step: Step): string => (step.kind === "kernel" ? `kernel "${step.fn}"` : `product of ${step.m} x ${step.k} and ${step.k} x ${step.n}`);
