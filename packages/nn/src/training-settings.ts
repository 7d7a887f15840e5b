import { adamW } from "./optimizer/adamw.js";
import { type Optimizer } from "./optimizer/optimizer.js";
import { type Schedule, type ScheduleName, schedule } from "./schedule.js";

/** How to train, whatever is trained. */
export interface TrainingSettings {
  readonly steps: number;
  /** Seed of the fresh parameters. Default 0. */
  readonly seed?: number;
  /** Default AdamW with Bort's settings. */
  readonly optimizer?: Optimizer;
  /** Peak learning rate. The default depends on what is trained: small encoders bear ten times what large ones do. */
  readonly learningRate?: number;
  /** Share of the steps over which the learning rate rises. The default depends on what is trained. */
  readonly warmupRatio?: number;
  /** Default linear. */
  readonly schedule?: ScheduleName;
  /** Default 1. */
  readonly maxGradientNorm?: number;
  /** Steps between evaluations. Default: ten in a run. */
  readonly evaluateEvery?: number;
  readonly checkpoint?: { readonly folder: string; readonly every: number; readonly resume: boolean };
  readonly signal?: AbortSignal;
}

/** Settings with every default filled in. */
export interface ResolvedSettings {
  readonly seed: number;
  readonly optimizer: Optimizer;
  readonly maxGradientNorm: number;
  readonly evaluateEvery: number;
  readonly rate: Schedule;
  /** What a checkpoint keeps of them: a run with others does not resume from it. */
  readonly record: Readonly<Record<string, unknown>>;
}

/** Fills in the defaults; throws NnError `nn/bad-option` for a learning rate or warm-up that cannot be. */
export function resolveSettings(settings: TrainingSettings, defaults: { readonly learningRate: number; readonly warmupRatio: number }): ResolvedSettings {
  const { steps, seed = 0, optimizer = adamW(), maxGradientNorm = 1, schedule: name = "linear" } = settings;
  const { learningRate = defaults.learningRate, warmupRatio = defaults.warmupRatio, evaluateEvery = Math.max(1, Math.ceil(steps / 10)) } = settings;
  return {
    seed, optimizer, maxGradientNorm, evaluateEvery,
    rate: schedule(name, { learningRate, steps, warmupRatio }),
    record: { steps, seed, optimizer: { name: optimizer.name, ...optimizer.settings }, learningRate, warmupRatio, schedule: name, maxGradientNorm },
  };
}
