import { eventsDuring } from "./events-during.js";
import { type Objectives } from "./objectives.js";
import { outcomeOf, type TrialExecutor, type TrialReport } from "./trial-executor.js";

/** Makes trials in this process, one after another; what `error` throws ends the search. */
export function inProcessExecutor<Theta>({ error }: Pick<Objectives<Theta>, "error">): TrialExecutor<Theta> {
  return {
    async *run(requests, { signal }) {
      for (const { id, arch, theta, steps, seed } of requests) {
        signal.throwIfAborted();
        const started = performance.now();
        const measured = yield* eventsDuring<TrialReport, number>((emit, running) => error(arch, theta, {
          signal: running,
          onStep: (step) => emit({ type: "progress", id, step }),
          ...(steps !== undefined && { steps }),
          ...(seed !== undefined && { seed }),
        }), signal);
        yield outcomeOf(id, measured, (performance.now() - started) / 1000);
      }
    },
  };
}
