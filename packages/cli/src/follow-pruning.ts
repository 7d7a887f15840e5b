import { type ProgressBar } from "@bort/bench";
import { type PruneEvent, type PruneResult, type TrainingPhase } from "@bort/schubert-prune";
import { type Model } from "@bort/nn";
import { type EventLog, openEventLog } from "./event-log.js";
import { Interruption } from "./interruption.js";
import { type NewBar } from "./progress.js";
import { type RunFolder } from "./run-folder.js";

export interface FollowPruningOptions {
  readonly run: RunFolder;
  readonly bars: NewBar;
  /** Of each training of a round. */
  readonly steps: Readonly<Record<TrainingPhase, number>>;
  readonly signal: AbortSignal;
  /** Takes what is told beside trainings. */
  readonly onEvent: (event: PruningEvent) => void;
}

/** What a run tells of its rounds. */
export type PruningEvent = Exclude<PruneEvent, { readonly type: "interrupted" | "slopes" | "training" }>;

/**
 * Runs a pruning to its end with a progress bar for each training; all events but single steps go to `events.jsonl`, which is begun anew.
 *
 * @throws Interruption where the user left; what the pruning and the log throw
 */
export async function followPruning(
  pruning: AsyncGenerator<PruneEvent, PruneResult<Model["head"]>, void>, { run, bars, steps, signal, onEvent }: FollowPruningOptions,
): Promise<PruneResult<Model["head"]>> {
  const progress = new TrainingProgress(bars, steps);
  let round = 0; // The last of which something is kept.
  let log: EventLog | undefined;
  try {
    for (;;) {
      const { value, done } = await pruning.next();
      if (done === true) return value;
      log ??= openEventLog(run.at("events.jsonl"));
      const line = lineOf(value);
      if (line !== undefined) log.append(line);
      if (value.type === "interrupted") throw new Interruption(`interrupted in round ${value.round}`, true);
      if (value.type === "cut" || value.type === "pruned") round = value.round;
      if (value.type === "training" || value.type === "slopes") progress.show(value);
      else onEvent(value);
    }
  } catch (error) {
    throw signal.aborted && !(error instanceof Interruption) && round > 0 ? new Interruption(`interrupted after round ${round} was cut`, true) : error;
  } finally {
    progress.finish();
    log?.close();
    await pruning.return(undefined as never);
  }
}

/** What the log tells of an event; nothing of single steps, batches and checkpoints. */
function lineOf(event: PruneEvent): object | undefined {
  if (event.type === "slopes") return undefined;
  if (event.type === "target") return { type: event.type, round: event.round, target: event.target };
  if (event.type === "training" && (event.event.type === "step" || event.event.type === "checkpoint")) return undefined;
  return event;
}

const phases: Readonly<Record<TrainingPhase, string>> = { alphas: "prunable parameters", finetuning: "fine-tuning" };

/** A bar for each training of a round, or for its batches of slopes, which stand in for the steps of prunable parameters. */
class TrainingProgress {
  #bar: ProgressBar | undefined;
  #shown = "";

  constructor(private readonly bars: NewBar, private readonly steps: Readonly<Record<TrainingPhase, number>>) {}

  show(step: Extract<PruneEvent, { readonly type: "slopes" | "training" }>): void {
    if (step.type === "slopes") return this.#barFor(`round ${step.round}: slopes`, this.steps.alphas).update(step.batches);
    const { round, phase, event } = step;
    const bar = this.#barFor(`round ${round}: ${phases[phase]}`, this.steps[phase], event.type === "resumed" ? event.step : 0);
    if (event.type === "step") bar.update(event.step, `loss ${event.loss.toFixed(3)}`);
  }

  #barFor(label: string, steps: number, from = 0): ProgressBar {
    if (this.#bar === undefined || label !== this.#shown) {
      this.finish();
      this.#bar = this.bars(label, steps, from);
      this.#shown = label;
    }
    return this.#bar;
  }

  finish(): void {
    this.#bar?.finish();
  }
}
