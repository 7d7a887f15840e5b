import { availableParallelism } from "node:os";
import { isolated, IsolateError } from "@bort/isolate";
import { eventsDuring } from "./events-during.js";
import { type TrialExecutor, type TrialReport, type TrialRequest } from "./trial-executor.js";
import { TrialsError } from "./trials-error.js";

/** What the function that makes a trial is given; it crosses to its process by structured clone. */
export interface TrialCall<Task, Input> {
  readonly task: Task;
  /** What all trials have in common. */
  readonly input: Input;
  /** Processor threads that it may use. */
  readonly threads: number;
}

/** Makes one trial in a process of its own: yields its progress, returns its result. */
export type TrialFunction<Task, Input, Progress, Result> =
  (call: TrialCall<Task, Input>, context: { readonly signal: AbortSignal }) => AsyncGenerator<Progress, Result, void>;

export interface ProcessExecutorOptions<Input> {
  /** Address of the module with the {@link TrialFunction}, as Node imports it without a build. */
  readonly module: URL;
  readonly exportName: string;
  /** What every trial is given, as plain data. */
  readonly input: Input;
  /** Trials at a time. */
  readonly workers: number;
  /** Processor threads of one trial. Default: an equal share of the machine's, 1 at least. */
  readonly threads?: number;
  /** Time of a trial from the start of its process; one that takes longer is killed. Default: no limit. */
  readonly timeLimitMs?: number;
  /** Time that a trial has to end after an abort; then it is killed. Default 5000. */
  readonly abortGraceMs?: number;
}

/**
 * Makes each trial in a child process, `workers` at a time. A trial that throws, crashes, is killed or runs out of time has failed, and the others go on.
 *
 * The children end with this process, however it ends.
 *
 * @throws TrialsError `trials/bad-option`; IsolateError `isolate/bad-option`; running it throws `isolate/bad-module` where the module has no such function,
 * `isolate/not-cloneable` for what cannot be sent to another process
 */
export function processExecutor<Task, Input, Progress, Result>(options: ProcessExecutorOptions<Input>): TrialExecutor<Task, Progress, Result> {
  const { module, exportName, input, workers, timeLimitMs, abortGraceMs = 5000 } = options;
  requireCount(workers, "workers");
  const threads = requireCount(options.threads ?? Math.max(1, Math.floor(availableParallelism() / workers)), "threads of a trial");
  const start = isolated<TrialFunction<Task, Input, Progress, Result>>(module, exportName, { abortGraceMs, ...(timeLimitMs !== undefined && { timeLimitMs }) });

  async function make({ id, task }: TrialRequest<Task>, emit: (report: TrialReport<Progress, Result>) => void, signal: AbortSignal): Promise<void> {
    const started = performance.now();
    const seconds = (): number => (performance.now() - started) / 1000;
    try {
      const trial = start({ task, input, threads }, { signal });
      let next = await trial.next();
      for (; next.done !== true; next = await trial.next()) emit({ type: "progress", id, progress: next.value });
      emit({ type: "finished", id, result: next.value, seconds: seconds() });
    } catch (error) {
      signal.throwIfAborted();
      emit({ type: "failed", id, reason: failureOf(error, timeLimitMs), seconds: seconds() });
    }
  }

  return {
    run: (requests, { signal }) => eventsDuring<TrialReport<Progress, Result>, void>((emit, running) => sharedOut(requests, workers, (trial, going) => make(trial, emit, going), running), signal),
  };
}

/** Does the work for every item, `workers` at a time; the first that fails stops the others. */
async function sharedOut<Item>(items: readonly Item[], workers: number, work: (item: Item, signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
  const failing = new AbortController();
  const going = AbortSignal.any([signal, failing.signal]);
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) {
      going.throwIfAborted();
      await work(item, going);
    }
  };
  const done = Array.from({ length: workers }, () => worker().catch((error: unknown) => {
    failing.abort(error);
    throw error;
  }));
  await Promise.allSettled(done);
  await Promise.all(done);
}

/** Why a trial failed; throws an error that every other trial would meet too. */
function failureOf(error: unknown, timeLimitMs: number | undefined): string {
  if (!(error instanceof IsolateError)) return `it threw: ${(error instanceof Error ? error.message : String(error)).replace(/\s+/g, " ").trim()}`;
  if (error.code === "isolate/timeout") return `it was not over within ${timeLimitMs} ms`;
  if (error.code !== "isolate/crashed") throw error;
  if (error.signal !== null) return `its process was ended by ${error.signal}`;
  return error.exitCode === null ? "no process could be started for it" : `its process exited with code ${error.exitCode}`;
}

function requireCount(count: number, what: string): number {
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new TrialsError("trials/bad-option", `trials: ${what} must be a whole number from 1, got ${count}`);
}
