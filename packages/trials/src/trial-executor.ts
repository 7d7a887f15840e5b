/** A trial to make; plain JSON where `Task` is. */
export interface TrialRequest<Task> {
  /** Unique among those that one executor runs at a time. */
  readonly id: number;
  readonly task: Task;
}

/** What became of the trial `id`: its result, or why it has none, in words that follow "because". */
export type TrialOutcome<Result> =
  | { readonly type: "finished"; readonly id: number; readonly result: Result; readonly seconds: number }
  | { readonly type: "failed"; readonly id: number; readonly reason: string; readonly seconds: number };

/** What an executor tells while it runs; plain JSON where progress and results are. */
export type TrialReport<Progress, Result> = { readonly type: "progress"; readonly id: number; readonly progress: Progress } | TrialOutcome<Result>;

/** Makes trials that do not depend on each other: here, in other processes or on other machines. */
export interface TrialExecutor<Task, Progress, Result> {
  /**
   * Makes every trial and gives one outcome for each, in any order, with any progress in between.
   *
   * Once `signal` aborts it throws the signal's reason. When it is over, or was left by `return()`, no trial runs any more.
   */
  run(requests: readonly TrialRequest<Task>[], context: { readonly signal: AbortSignal }): AsyncGenerator<TrialReport<Progress, Result>, void, void>;
}
