import { eventsDuring } from "./events-during.js";
import { type TrialExecutor, type TrialReport } from "./trial-executor.js";

export interface TrialContext<Progress> {
  /** Aborts when the caller of the executor aborts or leaves it. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** Makes trials in this process, one after another; what `make` throws, the executor throws. */
export function inProcessExecutor<Task, Progress, Result>(
  make: (task: Task, context: TrialContext<Progress>) => Promise<Result>,
): TrialExecutor<Task, Progress, Result> {
  return {
    async *run(requests, { signal }) {
      for (const { id, task } of requests) {
        signal.throwIfAborted();
        const started = performance.now();
        const result = yield* eventsDuring<TrialReport<Progress, Result>, Result>(
          (emit, running) => make(task, { signal: running, onProgress: (progress) => emit({ type: "progress", id, progress }) }), signal);
        yield { type: "finished", id, result, seconds: (performance.now() - started) / 1000 };
      }
    },
  };
}
