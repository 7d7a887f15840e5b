import { type Backend, type EngineMemory, type Program } from "@bort/graph";

/** A backend that computes as another and knows how long it was at work. */
export interface TimedBackend extends Backend {
  readonly threads?: number;
  /** Milliseconds during which at least one call was under way: from the call to the moment when its caller goes on. */
  insideMs(): number;
}

/** Times every call of a backend, of its programs and of its memory; what others do while a call is under way counts as inside. */
export function timedBackend(backend: Backend & { readonly threads?: number }): TimedBackend {
  const stopwatch = new Stopwatch();
  const { name, device, memory, threads } = backend;
  return {
    name, device,
    ...(threads !== undefined && { threads }),
    ...(memory !== undefined && { memory: timedMemory(memory, stopwatch) }),
    compile: (graph) => stopwatch.during(async () => timedProgram(await backend.compile(graph), stopwatch)),
    insideMs: () => stopwatch.totalMs(),
  };
}

function timedProgram(program: Program, stopwatch: Stopwatch): Program {
  return {
    run: (feeds, into) => stopwatch.during(() => program.run(feeds, into)),
    ...(program.runEach !== undefined && { runEach: (calls) => stopwatch.during(() => program.runEach!(calls)) }),
    dispose: () => stopwatch.during(() => program.dispose()),
  };
}

function timedMemory(memory: EngineMemory, stopwatch: Stopwatch): EngineMemory {
  return {
    allocate: (length) => stopwatch.while(() => memory.allocate(length)),
    free: (array) => stopwatch.while(() => memory.free(array)),
  };
}

/** Adds up the time during which anything is under way; what overlaps counts once. */
class Stopwatch {
  #underWay = 0;
  #since = 0;
  #sumMs = 0;

  async during<Result>(call: () => Promise<Result>): Promise<Result> {
    this.#enter();
    try {
      return await call();
    } finally {
      this.#leave();
    }
  }

  while<Result>(call: () => Result): Result {
    this.#enter();
    try {
      return call();
    } finally {
      this.#leave();
    }
  }

  totalMs(): number {
    return this.#sumMs + (this.#underWay > 0 ? performance.now() - this.#since : 0);
  }

  #enter(): void {
    if (this.#underWay++ === 0) this.#since = performance.now();
  }

  #leave(): void {
    if (--this.#underWay === 0) this.#sumMs += performance.now() - this.#since;
  }
}
