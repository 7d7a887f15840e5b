import { availableParallelism } from "node:os";
import {
  allocate, type Backend, type Call, type DType, type EngineMemory, feedChecker, type Feeds, type Graph, GraphError, type Outputs, parametersOf, type Program, sizeOf, type TypedArray,
} from "@bort/graph";
import { findBlas } from "./blas/find-blas.js";
import { SharedHeap } from "./memory/shared-heap.js";
import { compilePlan, type Plan } from "./plan/compile-plan.js";
import { type IdFeed, idFeeds, overwritableFeeds } from "./plan/hazards.js";
import { printPlan, printStep } from "./plan/print-plan.js";
import { type Buffer } from "./plan/view.js";
import { ThreadPool } from "./threads/thread-pool.js";

export interface NativeBackendOptions {
  /** Threads that compute. Default: as many as the machine runs at once. */
  readonly threads?: number;
}

/** A compiled graph that can say what its steps cost. */
export interface NativeProgram extends Program {
  /** Runs as `run` does, and gives each step with its milliseconds on the first thread, its waiting for the others included. */
  profile(feeds: Feeds, into?: Feeds): Promise<readonly StepTime[]>;
}

export interface StepTime {
  /** The step as the plan prints it. */
  readonly step: string;
  readonly ms: number;
}

/** A backend whose arrays can be fed and filled without a copy, and that threads of its own run. */
export interface NativeBackend extends Backend {
  readonly device: "cpu";
  readonly threads: number;
  /** Name and version of the BLAS in use. */
  readonly blas: string;
  compile(graph: Graph): Promise<NativeProgram>;
  /** Feeds and outputs that lie here are used in place. */
  readonly memory: EngineMemory;
  /** Bytes of that memory that arrays and programs take. */
  memoryInUse(): number;
  /** The plan of a graph as text: its steps, buffers, bytes and FLOPs. */
  explain(graph: Graph): string;
  /** Ends the threads; nothing can be compiled or run after it. */
  close(): Promise<void>;
}

/**
 * A backend on the system's BLAS and on WebAssembly kernels that are generated for each graph.
 *
 * @throws NativeError `backend-native/no-koffi`, `backend-native/no-blas`, `backend-native/bad-blas` where the machine lacks what it needs
 */
export async function nativeBackend({ threads = availableParallelism() }: NativeBackendOptions = {}): Promise<NativeBackend> {
  const blas = findBlas();
  const heap = new SharedHeap();
  const pool = await ThreadPool.start({ threads, memory: heap.memory, blas: blas.binding });
  const planOptions = { threads, pages: { initial: 1, maximum: heap.maximumBytes / 65_536 } };
  let programs = 0;
  return {
    name: `native (${blas.description})`,
    device: "cpu",
    threads,
    blas: blas.description,
    memory: {
      allocate: (length) => heap.float32(heap.allocate(4 * length), length).fill(0),
      free: ({ byteOffset }) => heap.free(byteOffset),
    },
    memoryInUse: () => heap.allocatedBytes,
    explain: (graph) => printPlan(compilePlan(graph, planOptions)),
    compile: async (graph) => {
      feedChecker(graph);
      const plan = compilePlan(graph, planOptions);
      const id = programs++;
      await pool.define(id, plan);
      return new CompiledProgram(graph, plan, id, heap, pool);
    },
    close: () => pool.close(),
  };
}

class CompiledProgram implements NativeProgram {
  readonly #graph: Graph;
  readonly #plan: Plan;
  readonly #id: number;
  readonly #heap: SharedHeap;
  readonly #pool: ThreadPool;
  readonly #check: (feeds: Feeds, into?: Feeds) => void;
  readonly #inputs: ReadonlyMap<string, DType>;
  readonly #overwritable: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #idFeeds: readonly IdFeed[];
  /** Blocks of this program in the heap, by what they hold. */
  readonly #blocks = new Map<Buffer | "arena" | "scratch" | "table", number>();
  /** The run that the next has to wait for. */
  #last: Promise<unknown> = Promise.resolve();
  #disposed = false;

  constructor(graph: Graph, plan: Plan, id: number, heap: SharedHeap, pool: ThreadPool) {
    this.#graph = graph;
    this.#plan = plan;
    this.#id = id;
    this.#heap = heap;
    this.#pool = pool;
    this.#check = feedChecker(graph);
    this.#inputs = new Map([...parametersOf(graph)].map(([name, { dtype }]) => [name, dtype]));
    this.#overwritable = overwritableFeeds(plan.draft);
    this.#idFeeds = idFeeds(plan.draft);
    this.#blocks.set("arena", heap.allocate(plan.memory.bytes));
    this.#blocks.set("scratch", heap.allocate(plan.scratchBytes));
    this.#blocks.set("table", heap.allocate(4 * plan.table.length));
    for (const buffer of plan.draft.buffers) if (buffer.use.kind === "constant") this.#fillConstant(buffer, buffer.use);
  }

  async run(feeds: Feeds, into: Feeds = {}): Promise<Outputs> {
    return this.#inTurn(feeds, into, async () => this.#pool.run(this.#id, this.#blocks.get("table")!));
  }

  async runEach(calls: readonly Call[]): Promise<void> {
    const together = calls.length > 1 && this.#canQueue(calls);
    if (!together) {
      for (const { feeds, into } of calls) await this.run(feeds, into);
      return;
    }
    for (const { feeds, into } of calls) this.#validate(feeds, into);
    await this.#afterLast(async () => {
      const { length } = this.#plan.table;
      const tables = this.#heap.allocate(4 * length * calls.length);
      try {
        const starts = calls.map(({ feeds, into }, i) => {
          const start = tables + 4 * length * i;
          this.#writeTable(start, this.#placed(feeds, into, new Set()));
          return start;
        });
        await this.#pool.runEach(this.#id, starts);
      } finally {
        this.#heap.free(tables);
      }
    });
  }

  async profile(feeds: Feeds, into: Feeds = {}): Promise<readonly StepTime[]> {
    let times = new Float64Array();
    await this.#inTurn(feeds, into, async () => {
      times = new Float64Array(await this.#pool.profile(this.#id, this.#blocks.get("table")!));
    });
    return this.#plan.draft.steps.map((step, i) => ({ step: printStep(step), ms: times[i]! }));
  }

  async #inTurn(feeds: Feeds, into: Feeds, compute: () => Promise<void>): Promise<Outputs> {
    this.#validate(feeds, into);
    return this.#afterLast(() => this.#run(feeds, into, compute));
  }

  #validate(feeds: Feeds, into: Feeds): void {
    if (this.#disposed) throw new GraphError("graph/disposed", "graph: a disposed program cannot run; compile its graph again");
    this.#check(feeds, into);
    for (const part of this.#idFeeds) checkIds(feeds[part.name] as Int32Array, part);
  }

  /** Runs share the program's memory, so each waits for the one before. */
  async #afterLast<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#last.then(work);
    this.#last = run.catch(() => undefined);
    return run;
  }

  /** Whether calls need no memory of the program's own, other than for feeds that are the same in all of them. */
  #canQueue(calls: readonly Call[]): boolean {
    const [first] = calls;
    return Object.keys(this.#graph).every((name) => calls.every(({ feeds, into }) => {
      const target = into[name];
      return target !== undefined && this.#heapAddress(target) !== undefined && this.#mayOverwrite(name, target, feeds);
    })) && calls.every(({ feeds }) => Object.entries(feeds).every(([name, feed]) => this.#heapAddress(feed) !== undefined || feed === first!.feeds[name]));
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#last;
    this.#pool.release(this.#id);
    for (const address of this.#blocks.values()) this.#heap.free(address);
    this.#blocks.clear();
  }

  async #run(feeds: Feeds, into: Feeds, compute: () => Promise<void>): Promise<Outputs> {
    const inPlace = new Set<string>();
    const addresses = this.#placed(feeds, into, inPlace);
    this.#writeTable(this.#blocks.get("table")!, addresses);
    await compute();
    return Object.fromEntries(this.#plan.draft.buffers.flatMap((buffer) => {
      if (buffer.use.kind !== "output") return [];
      const { name } = buffer.use;
      const { dtype, shape } = this.#graph[name]!;
      const data = into[name] ?? allocate(dtype, sizeOf(shape));
      if (!inPlace.has(name)) this.#readOut(addresses.get(buffer)!, data);
      return [[name, { dtype, shape, data }]];
    }));
  }

  /** Where the feeds and outputs of a run lie; the names of outputs that are written where they are wanted go into `inPlace`. */
  #placed(feeds: Feeds, into: Feeds, inPlace: Set<string>): Map<Buffer, number> {
    const addresses = new Map<Buffer, number>();
    for (const buffer of this.#plan.draft.buffers) {
      if (buffer.use.kind === "feed") addresses.set(buffer, this.#feedAddress(buffer, buffer.use.name, feeds[buffer.use.name]!));
      if (buffer.use.kind === "output") addresses.set(buffer, this.#outputAddress(buffer, buffer.use.name, feeds, into, inPlace));
    }
    return addresses;
  }

  /** Where a feed lies, or is copied to: booleans and whole numbers of 64 bits become i32. */
  #feedAddress(buffer: Buffer, name: string, feed: TypedArray): number {
    const dtype = this.#inputs.get(name)!;
    const direct = dtype === "f32" || dtype === "i32" ? this.#heapAddress(feed) : undefined;
    if (direct !== undefined) return direct;
    const address = this.#block(buffer);
    if (feed instanceof Float32Array) this.#heap.float32(address, feed.length).set(feed);
    else if (feed instanceof BigInt64Array) this.#heap.int32(address, feed.length).set(Int32Array.from(feed, (value) => Number(BigInt.asIntN(32, value))));
    else this.#heap.int32(address, feed.length).set(feed);
    return address;
  }

  #outputAddress(buffer: Buffer, name: string, feeds: Feeds, into: Feeds, inPlace: Set<string>): number {
    const target = into[name];
    const dtype = this.#graph[name]!.dtype;
    const direct = target === undefined || (dtype !== "f32" && dtype !== "i32") ? undefined : this.#heapAddress(target);
    if (direct === undefined || !this.#mayOverwrite(name, target!, feeds)) return this.#block(buffer);
    inPlace.add(name);
    return direct;
  }

  /** Whether writing an output to an array disturbs no feed that has still to be read. */
  #mayOverwrite(name: string, target: TypedArray, feeds: Feeds): boolean {
    return Object.entries(feeds).every(([feed, { buffer, byteOffset, byteLength }]) => {
      if (this.#heapAddress({ buffer, byteOffset }) === undefined) return true;
      if (byteOffset >= target.byteOffset + target.byteLength || target.byteOffset >= byteOffset + byteLength) return true;
      return byteOffset === target.byteOffset && this.#overwritable.get(name)!.has(feed);
    });
  }

  #heapAddress({ buffer, byteOffset }: Pick<TypedArray, "buffer" | "byteOffset">): number | undefined {
    return this.#heap.owns(buffer) ? byteOffset : undefined;
  }

  /** The block of a buffer, reserved when it is first needed. */
  #block(buffer: Buffer): number {
    const known = this.#blocks.get(buffer);
    if (known !== undefined) return known;
    const address = this.#heap.allocate(4 * buffer.size);
    this.#blocks.set(buffer, address);
    return address;
  }

  #fillConstant(buffer: Buffer, { data, dtype }: { readonly data: ArrayLike<number>; readonly dtype: DType }): void {
    const address = this.#block(buffer);
    if (dtype === "f32") this.#heap.float32(address, buffer.size).set(data);
    else this.#heap.int32(address, buffer.size).set(dtype === "bool" ? Array.from(data, (value) => Number(value !== 0)) : data);
  }

  #writeTable(start: number, outside: ReadonlyMap<Buffer, number>): void {
    const arena = this.#blocks.get("arena")!;
    const table = this.#heap.int32(start, this.#plan.table.length);
    this.#plan.table.forEach(({ buffer, offset }, place) => {
      const begin = buffer === "scratch" ? this.#blocks.get("scratch")!
        : outside.get(buffer) ?? this.#blocks.get(buffer) ?? arena + this.#plan.memory.offsets.get(buffer)!;
      table[place] = begin + 4 * offset;
    });
  }

  #readOut(address: number, data: TypedArray): void {
    if (data instanceof Float32Array) data.set(this.#heap.float32(address, data.length));
    else if (data instanceof BigInt64Array) data.set(BigInt64Array.from(this.#heap.int32(address, data.length), BigInt));
    else data.set(this.#heap.int32(address, data.length));
  }
}

function checkIds(feed: Int32Array, { name, first, count, rows }: IdFeed): void {
  for (let i = first; i < first + count; i++) {
    const id = feed[i]!;
    if (id >= 0 && id < rows) continue;
    throw new GraphError("graph/index", `graph: id ${id} at position ${i} of "${name}" is not a row of the table; ids must lie in 0..${rows - 1}`);
  }
}

