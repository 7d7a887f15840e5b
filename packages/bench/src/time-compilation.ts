import { type Backend } from "@bort/graph";

/** A backend that knows how long its compilations have taken. */
export interface TimedBackend extends Backend {
  /** Of all programs so far. */
  readonly compileMs: number;
}

/** The backend, its compilations timed. */
export function timeCompilation(backend: Backend): TimedBackend {
  let compileMs = 0;
  return {
    ...backend,
    get compileMs() {
      return compileMs;
    },
    compile: async (graph) => {
      const start = performance.now();
      const program = await backend.compile(graph);
      compileMs += performance.now() - start;
      return program;
    },
  };
}
