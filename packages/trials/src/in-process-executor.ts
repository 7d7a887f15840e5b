import { eventsDuring } from "./events-during.js";
import { type TrialExecutor, type TrialOutcome, type TrialReport } from "./trial-executor.js";

export interface TrialContext<Progress> {
  /** Aborts when the caller of the executor aborts or leaves it. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

export interface InProcessExecutorOptions {
  /** Why a trial failed that threw this, in words that follow "because"; `undefined` for an error that ends the others, too. Default: every error does. */
  readonly failure?: (error: unknown) => string | undefined;
}

/** Makes trials in this process, one after another; what `make` throws, the executor throws, unless it is a `failure` of that trial alone. */
export function inProcessExecutor<Task, Progress, Result>(
  make: (task: Task, context: TrialContext<Progress>) => Promise<Result>, { failure = () => undefined }: InProcessExecutorOptions = {},
): TrialExecutor<Task, Progress, Result> {
  return {
    async *run(requests, { signal }) {
      for (const { id, task } of requests) {
        signal.throwIfAborted();
        const started = performance.now();
        const seconds = (): number => (performance.now() - started) / 1000;
        let outcome: TrialOutcome<Result>;
        try {
          const result = yield* eventsDuring<TrialReport<Progress, Result>, Result>(
            (emit, running) => make(task, { signal: running, onProgress: (progress) => emit({ type: "progress", id, progress }) }), signal);
          outcome = { type: "finished", id, result, seconds: seconds() };
        } catch (error) {
          const reason = failure(error);
          if (reason === undefined) throw error;
          outcome = { type: "failed", id, reason, seconds: seconds() };
        }
        yield outcome;
      }
    },
  };
}
