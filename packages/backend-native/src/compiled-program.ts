import { type Call, type Feeds, type Graph, GraphError, type Outputs, type Program } from "@bort/graph";
import { HeapBlocks } from "./memory/heap-blocks.js";
import { type SharedHeap } from "./memory/shared-heap.js";
import { type Plan } from "./plan/compile-plan.js";
import { printStep } from "./plan/print-plan.js";
import { ProgramBorder } from "./program-border.js";
import { ProgramMemory } from "./program-memory.js";
import { RunMemory } from "./run-memory.js";
import { type ThreadPool } from "./threads/thread-pool.js";

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

export class CompiledProgram implements NativeProgram {
  readonly #plan: Plan;
  readonly #heap: SharedHeap;
  readonly #pool: ThreadPool;
  readonly #id: number;
  readonly #border: ProgramBorder;
  readonly #memory: ProgramMemory;
  /** The run that the next has to wait for. */
  #last: Promise<unknown> = Promise.resolve();
  #disposed = false;

  private constructor(graph: Graph, plan: Plan, { heap, pool, id }: ProgramPlace) {
    this.#plan = plan;
    this.#heap = heap;
    this.#pool = pool;
    this.#id = id;
    this.#border = new ProgramBorder(heap, graph, plan.draft);
    this.#memory = new ProgramMemory(heap, plan);
  }

  /** @throws NativeError `backend-native/out-of-memory`, `backend-native/crashed`, `backend-native/closed` */
  static async create(graph: Graph, plan: Plan, place: ProgramPlace): Promise<CompiledProgram> {
    const program = new CompiledProgram(graph, plan, place);
    try {
      await place.pool.define(place.id, plan);
    } catch (cause) {
      program.#memory.free();
      throw cause;
    }
    return program;
  }

  async run(feeds: Feeds, into: Feeds = {}): Promise<Outputs> {
    return this.#inTurn({ feeds, into }, (table) => this.#pool.run(this.#id, table));
  }

  async runEach(calls: readonly Call[]): Promise<void> {
    if (calls.length < 2 || !this.#border.canQueue(calls)) {
      for (const { feeds, into } of calls) await this.run(feeds, into);
      return;
    }
    for (const call of calls) this.#validate(call);
    await this.#afterLast(() => this.#runQueued(calls));
  }

  async profile(feeds: Feeds, into: Feeds = {}): Promise<readonly StepTime[]> {
    let times = new Float64Array();
    await this.#inTurn({ feeds, into }, async (table) => {
      times = new Float64Array(await this.#pool.profile(this.#id, table));
    });
    return this.#plan.draft.steps.map((step, i) => ({ step: printStep(step), ms: times[i]! }));
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#last;
    this.#pool.release(this.#id);
    this.#memory.free();
  }

  #validate(call: Call): void {
    if (this.#disposed) throw new GraphError("graph/disposed", "graph: a disposed program cannot run; compile its graph again");
    this.#border.validate(call);
  }

  /** Runs share the program's memory, so each waits for the one before. */
  async #afterLast<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#last.then(work);
    this.#last = run.catch(() => undefined);
    return run;
  }

  async #inTurn(call: Call, compute: (table: number) => Promise<void>): Promise<Outputs> {
    this.#validate(call);
    return this.#afterLast(async () => {
      const run = new RunMemory(this.#heap, this.#border);
      try {
        this.#memory.writeTable(this.#memory.table, run.addressesOf(call));
        await compute(this.#memory.table);
        this.#memory.checkFaults();
        return run.outputs(call.into);
      } finally {
        run.free();
      }
    });
  }

  /** One call after another, without a word to this thread in between. */
  async #runQueued(calls: readonly Call[]): Promise<void> {
    const { tableBytes } = this.#memory;
    const run = new RunMemory(this.#heap, this.#border);
    const blocks = new HeapBlocks(this.#heap);
    try {
      const start = blocks.reserve(tableBytes * calls.length);
      const tables = calls.map((call, i) => {
        this.#memory.writeTable(start + tableBytes * i, run.addressesOf(call));
        return start + tableBytes * i;
      });
      await this.#pool.runEach(this.#id, tables);
      this.#memory.checkFaults();
    } finally {
      blocks.free();
      run.free();
    }
  }
}

/** The engine that a program is part of, and its name there. */
export interface ProgramPlace {
  readonly heap: SharedHeap;
  readonly pool: ThreadPool;
  readonly id: number;
}
