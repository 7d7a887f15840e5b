import { NnError } from "./nn-error.js";

/** Learning rate of each step, from step 0. */
export type Schedule = (step: number) => number;

export interface ScheduleOptions {
  /** The highest learning rate. */
  readonly learningRate: number;
  /** Steps in the whole run. */
  readonly steps: number;
  /** Share of the steps over which the rate rises from 0. Default 0.01, Bort's. */
  readonly warmupRatio?: number;
}

/** `linear`: linear warm-up, then linear decay to 0. `noam`: linear warm-up, then the inverse square root of the step (Vaswani et al. 2017). */
export type ScheduleName = "linear" | "noam" | "constant";

/**
 * The learning rate as a function of the step. Warm-up takes floor(warmupRatio * steps) steps.
 *
 * @throws NnError `nn/bad-option`
 */
export function schedule(name: ScheduleName, { learningRate, steps, warmupRatio = 0.01 }: ScheduleOptions): Schedule {
  if (!(learningRate > 0 && Number.isFinite(learningRate))) throw new NnError("nn/bad-option", `nn: the learning rate must be a positive number, got ${learningRate}`);
  if (!(warmupRatio >= 0 && warmupRatio < 1)) throw new NnError("nn/bad-option", `nn: the warm-up ratio must lie in [0, 1), got ${warmupRatio}`);
  const warmup = Math.floor(warmupRatio * steps);
  const after: Record<ScheduleName, Schedule> = {
    linear: (step) => (steps - step) / (steps - warmup),
    noam: (step) => Math.sqrt(Math.max(warmup, 1) / Math.max(step + 1, 1)),
    constant: () => 1,
  };
  return (step) => learningRate * (step < warmup ? (step + 1) / warmup : Math.max(0, Math.min(1, after[name](step))));
}
