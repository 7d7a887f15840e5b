import { type Feeds } from "@bort/graph";
import { setImmediate } from "node:timers/promises";
import { hasCheckpoint, loadCheckpoint, saveCheckpoint } from "./checkpoint.js";
import { type BestEvaluation, EarlyStop, type EarlyStopping } from "./early-stopping.js";
import { type MicroBatch } from "./micro-batches.js";
import { NnError } from "./nn-error.js";
import { NotFiniteError } from "./not-finite-error.js";
import { type Schedule } from "./schedule.js";
import { type Trainer } from "./trainer.js";

/** What a training run tells of itself as it goes. */
export type TrainingEvent =
  | { readonly type: "resumed"; readonly step: number }
  | {
      readonly type: "step";
      /** Steps done, this one included. */
      readonly step: number;
      readonly steps: number;
      readonly loss: number;
      readonly metrics: Readonly<Record<string, number>>;
      readonly gradientNorm: number;
      readonly learningRate: number;
      /** Time in training steps so far; evaluations and checkpoints do not count. */
      readonly seconds: number;
    }
  | { readonly type: "evaluation"; readonly step: number; readonly seconds: number; readonly metrics: Readonly<Record<string, number>> }
  | { readonly type: "checkpoint"; readonly step: number; readonly folder: string }
  /** Training ends before its last step, for a reason that is told in words. */
  | { readonly type: "stopped"; readonly step: number; readonly reason: string }
  | { readonly type: "interrupted"; readonly step: number };

export interface TrainingRunOptions {
  readonly trainer: Trainer;
  /** The batch of each step, a function of the step alone. */
  readonly feeds: (step: number) => TrainingFeeds | Promise<TrainingFeeds>;
  readonly steps: number;
  readonly schedule: Schedule;
  /** A measurement before the first step, every so many steps and after the last. */
  readonly evaluate?: { readonly every: number; readonly run: () => Promise<Readonly<Record<string, number>>> };
  /** Ends the run where evaluations no longer improve. */
  readonly earlyStopping?: EarlyStopping;
  /** Where to keep the state, how often, and whether to go on from what is there. It is also saved when the run is interrupted and when it ends. */
  readonly checkpoint?: { readonly folder: string; readonly every: number; readonly settings: unknown; readonly resume: boolean };
  /** Ends the run after the step in progress. */
  readonly signal?: AbortSignal;
}

export interface TrainingFeeds {
  /** The batch, or its micro-batches, of whose gradients the step takes the weighted mean. */
  readonly batch: Feeds | readonly MicroBatch[];
  /** Tokens of the whole batch, padding included. */
  readonly tokens: number;
  /** Length of the batch's sequences, where the trainer's objective depends on it. */
  readonly length?: number;
}

export interface TrainingSummary {
  /** Steps done in all. */
  readonly steps: number;
  /** Training loss of the last step; NaN where none was taken. */
  readonly loss: number;
  readonly tokensPerSecond: number;
  /** Time in training steps. */
  readonly seconds: number;
  readonly interrupted: boolean;
  /** The evaluation whose weights the run ended with, where early stopping put them back. */
  readonly best?: BestEvaluation;
}

/**
 * Trains to the last step, one event at a time. Each step is a function of the state and the step's number, so a run that was interrupted
 * and resumed equals one that was not, bit for bit, on a backend whose results are reproducible.
 *
 * @throws NnError `nn/bad-option`, NotFiniteError (the last checkpoint is kept, and named), NnError `nn/bad-checkpoint`, `nn/other-run`, `nn/write-failed`
 */
export async function* runTraining(options: TrainingRunOptions): AsyncGenerator<TrainingEvent, TrainingSummary> {
  const { trainer, steps, schedule, checkpoint, evaluate, signal } = options;
  const { state } = trainer;
  requireCount(steps, "the steps of a run");
  if (evaluate !== undefined) requireCount(evaluate.every, "the steps between evaluations");
  if (checkpoint !== undefined) requireCount(checkpoint.every, "the steps between checkpoints");
  let lastCheckpoint: { readonly folder: string; readonly step: number } | null = null;
  if (checkpoint?.resume === true && hasCheckpoint(checkpoint.folder)) {
    loadCheckpoint(checkpoint.folder, state, checkpoint.settings);
    lastCheckpoint = { folder: checkpoint.folder, step: state.step };
    yield { type: "resumed", step: state.step };
  }
  const startedAt = state.step;
  const stop = earlyStop(options);
  let evaluatedAt = -1;
  const evaluation = async (): Promise<TrainingEvent> => {
    evaluatedAt = state.step;
    const metrics = await evaluate!.run();
    stop?.observe(metrics);
    return { type: "evaluation", step: state.step, seconds: state.seconds, metrics };
  };
  const save = (folder: string): TrainingEvent => {
    saveCheckpoint(folder, state, checkpoint!.settings);
    lastCheckpoint = { folder, step: state.step };
    return { type: "checkpoint", ...lastCheckpoint };
  };

  if (evaluate !== undefined && state.step === 0) yield await evaluation();
  while (state.step < steps && signal?.aborted !== true && stop?.isOver !== true) {
    const start = performance.now();
    const learningRate = schedule(state.step);
    const { batch, length, tokens } = await options.feeds(state.step);
    const result = await trainer.step(batch, learningRate, length).catch((error: unknown) => {
      throw error instanceof NotFiniteError && lastCheckpoint !== null ? error.withCheckpoint(lastCheckpoint) : error;
    });
    state.seconds += (performance.now() - start) / 1000;
    state.tokens += tokens;
    yield { type: "step", step: state.step, steps, ...result, learningRate, seconds: state.seconds };
    if (evaluate !== undefined && state.step % evaluate.every === 0) yield await evaluation();
    if (checkpoint !== undefined && state.step % checkpoint.every === 0) yield save(checkpoint.folder);
    await setImmediate(); // Lets signals and timers in: a step itself may hold the thread.
  }
  const interrupted = state.step < steps && stop?.isOver !== true;
  if (checkpoint !== undefined && (lastCheckpoint?.step ?? startedAt) !== state.step) yield save(checkpoint.folder);
  if (interrupted) yield { type: "interrupted", step: state.step };
  else if (state.step < steps) yield { type: "stopped", step: state.step, reason: stop!.reason };
  else if (evaluate !== undefined && evaluatedAt !== state.step) yield await evaluation();
  const best = interrupted ? undefined : stop?.restore();
  const { step, loss, seconds, tokens } = state;
  return { steps: step, loss, seconds, tokensPerSecond: seconds > 0 ? tokens / seconds : 0, interrupted, ...(best !== undefined && { best }) };
}

function earlyStop({ earlyStopping, evaluate, trainer }: TrainingRunOptions): EarlyStop | undefined {
  if (earlyStopping === undefined) return undefined;
  if (evaluate === undefined) throw new NnError("nn/bad-option", "nn: early stopping needs evaluations, got none; give something to measure on");
  return new EarlyStop(earlyStopping, trainer.state);
}

function requireCount(value: number, what: string): void {
  if (!Number.isSafeInteger(value) || value < 1) throw new NnError("nn/bad-option", `nn: ${what} must be a whole number from 1, got ${value}`);
}
