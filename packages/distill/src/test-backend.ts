import { type Backend } from "@bort/graph";

/** A backend that counts what it compiles, and what of that is disposed. */
export function countingBackend(backend: Backend): { readonly counting: Backend; readonly programs: { compiled: number; disposed: number } } {
  const programs = { compiled: 0, disposed: 0 };
  const counting: Backend = {
    ...backend,
    compile: async (graph) => {
      programs.compiled++;
      const { run, dispose } = await backend.compile(graph);
      return { run, dispose: async () => { programs.disposed++; await dispose(); } };
    },
  };
  return { counting, programs };
}
