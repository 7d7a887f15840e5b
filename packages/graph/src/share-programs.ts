import { type Backend, type Program } from "./backend.js";
import { GraphError } from "./graph-error.js";
import { print } from "./print.js";

/** What {@link sharePrograms} adds to a backend. */
export interface SharedPrograms {
  /** How many programs were compiled. */
  readonly compiled: number;
  /** Gives back all programs; none can run any more. The backend itself stays open. */
  disposePrograms(): Promise<void>;
}

/**
 * The backend, but that equal graphs are compiled once, for work that is done again and again: trainings that differ in numbers that are fed, such as learning
 * rate, decay, warm-up and seed, run the same programs. To dispose a program leaves it for whoever compiles its graph next, so that programs, and what
 * memory they have, stay until `disposePrograms`.
 */
export function sharePrograms<B extends Backend>(backend: B): B & SharedPrograms {
  const programs = new Map<string, Promise<Program>>();
  return {
    ...backend,
    get compiled() {
      return programs.size;
    },
    async compile(graph) {
      const key = print(graph, { wholeConstants: true });
      const shared = programs.get(key) ?? backend.compile(graph);
      programs.set(key, shared);
      const program = await shared.catch((error: unknown) => {
        if (programs.get(key) === shared) programs.delete(key); // And not what another has begun to compile since.
        throw error;
      });
      return leased(program);
    },
    async disposePrograms() {
      const all = await Promise.allSettled(programs.values());
      programs.clear();
      for (const each of all) if (each.status === "fulfilled") await each.value.dispose();
    },
  };
}

/** The program until it is disposed, which ends the lease alone. */
function leased(program: Program): Program {
  let isOver = false;
  const current = (): Program => {
    if (isOver) throw new GraphError("graph/disposed", "graph: a disposed program cannot run; compile its graph again");
    return program;
  };
  return {
    run: async (feeds, into) => current().run(feeds, into),
    ...(program.runEach !== undefined && { runEach: async (calls) => current().runEach!(calls) }),
    dispose: async () => {
      isOver = true;
    },
  };
}
