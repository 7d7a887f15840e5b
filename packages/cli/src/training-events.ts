import { type Tracker, type TrainingEvent, type TrainingSummary } from "@bort/nn";
import { type EventLog, openEventLog } from "./event-log.js";
import { Interruption } from "./interruption.js";
import { type NewBar } from "./progress.js";
import { type RunFolder } from "./run-folder.js";

export interface FollowOptions {
  readonly run: RunFolder;
  readonly label: string;
  readonly steps: number;
  readonly bars: NewBar;
  /** What takes the events elsewhere besides; whoever opened it closes it. Default: nothing. */
  readonly trackers?: readonly Tracker[];
}

/** What a training run left behind. */
export interface Followed<Result> {
  readonly result: Result;
  /** The metrics of the last evaluation, or of the best one where the run ended with its weights; none where there was no evaluation. */
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * Runs a training to its end with a progress bar, and logs its events to the run's `events.jsonl`.
 *
 * @throws Interruption where the training was interrupted; what the training throws
 */
export async function follow<Result extends { readonly summary: TrainingSummary }>(
  training: AsyncGenerator<TrainingEvent, Result>, { run, label, steps, bars, trackers = [] }: FollowOptions,
): Promise<Followed<Result>> {
  let log: EventLog | undefined;
  let bar: ReturnType<NewBar> | undefined;
  let metrics: Readonly<Record<string, number>> = {};
  try {
    for (;;) {
      const { value, done } = await training.next();
      if (done === true) {
        if (value.summary.interrupted) throw new Interruption(`interrupted at step ${value.summary.steps}`, true);
        return { result: value, metrics: value.summary.best?.metrics ?? metrics };
      }
      const start = value.type === "resumed" ? value.step : undefined;
      log ??= openEventLog(run.at("events.jsonl"), start);
      bar ??= bars(label, steps, start);
      log.append(value.type === "checkpoint" ? { type: value.type, step: value.step } : value);
      for (const tracker of trackers) await tracker.record(value);
      if (value.type === "evaluation") metrics = value.metrics;
      if (value.type === "step") bar.update(value.step, `loss ${value.loss.toFixed(3)}${noteOf(metrics)}`);
    }
  } finally {
    bar?.finish();
    log?.close();
    await training.return(undefined as never); // Gives back what the training holds where the log could not be written.
  }
}

/** A bar has room for two metrics. */
const noteOf = (metrics: Readonly<Record<string, number>>): string => Object.entries(metrics).slice(0, 2).map(([name, value]) => `, ${name} ${value.toFixed(3)}`).join("");
