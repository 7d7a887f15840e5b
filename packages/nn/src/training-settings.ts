import { type Graph, parameter, print, topologicalOrder } from "@bort/graph";
import { type DropoutRates, activeRates, checkDropout } from "./dropout.js";
import { type EarlyStopping } from "./early-stopping.js";
import { fingerprint } from "./fingerprint.js";
import { type GradientHook, gradientHookGraph } from "./gradient-hook.js";
import { type Model } from "./model.js";
import { NnError } from "./nn-error.js";
import { adamW } from "./optimizer/adamw.js";
import { type Optimizer } from "./optimizer/optimizer.js";
import { type UpdateHook } from "./optimizer/update-tail.js";
import { type ParameterLayout, type ParameterRule } from "./parameter-layout.js";
import { type Schedule, type ScheduleName, schedule } from "./schedule.js";
import { type TrainerOptions } from "./trainer.js";

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
  /** Batches of a step, run one after the other; the gradient is that of one batch of all their examples. Default 1. */
  readonly accumulate?: number;
  /** Computes what lies within a layer again for the backward pass: less memory, the same gradients, about a third more work. Default false. */
  readonly recompute?: boolean;
  /** What training drops at random. Default: nothing. */
  readonly dropout?: DropoutRates;
  /** How each parameter is trained, if at all. Default: matrices decay, biases and norms do not. */
  readonly groups?: ParameterRule;
  /** Changes gradients before they are clipped. Default: none. */
  readonly gradientHook?: GradientHook;
  /** Changes what the optimizer makes of the parameters. Default: none. */
  readonly updateHook?: UpdateHook;
  /** Keeps an exponential moving average of the weights. Default: none. */
  readonly average?: WeightAverage;
  /** Ends the run where evaluations no longer improve, with the weights of the best one. By default it watches the validation loss, the accuracy, or the squared error of values. Default: none. */
  readonly earlyStopping?: Omit<EarlyStopping, "metric" | "mode"> & Partial<Pick<EarlyStopping, "metric" | "mode">>;
  /** Steps between evaluations. Default: ten in a run. */
  readonly evaluateEvery?: number;
  readonly checkpoint?: { readonly folder: string; readonly every: number; readonly resume: boolean };
  readonly signal?: AbortSignal;
}

export interface WeightAverage {
  /** From 0 to below 1: about the last 1 / (1 - decay) steps count. */
  readonly decay: number;
  /** Whether evaluations measure the average in place of the weights in training. Default true. */
  readonly evaluate?: boolean;
}

/** Settings with every default filled in. */
export interface ResolvedSettings {
  readonly seed: number;
  readonly accumulate: number;
  readonly evaluateEvery: number;
  readonly rate: Schedule;
  readonly dropout: DropoutRates;
  readonly earlyStopping: EarlyStopping | undefined;
  readonly trainer: Pick<TrainerOptions, "optimizer" | "maxGradientNorm" | "recompute" | "gradientHook" | "updateHook" | "averageDecay">;
  /** What a checkpoint keeps of them: a run with others does not resume from it. What is not asked for is not in it. */
  readonly record: Readonly<Record<string, unknown>>;
}

/** Whether evaluations measure the average of the weights. */
export const evaluatesAverage = ({ average }: TrainingSettings): boolean => average !== undefined && (average.evaluate ?? true);

/** The defaults of what depends on what is trained. */
export interface SettingsDefaults extends Pick<EarlyStopping, "metric" | "mode"> {
  readonly learningRate: number;
  readonly warmupRatio: number;
}

/** Fills in the defaults; throws NnError `nn/bad-option` for a learning rate, a warm-up, a number of batches, a dropout or an early stopping that cannot be. */
export function resolveSettings(settings: TrainingSettings, defaults: SettingsDefaults): ResolvedSettings {
  const { steps, seed = 0, optimizer = adamW(), maxGradientNorm = 1, accumulate = 1, recompute = false, gradientHook, updateHook, average, schedule: name = "linear" } = settings;
  const { learningRate = defaults.learningRate, warmupRatio = defaults.warmupRatio, evaluateEvery = Math.max(1, Math.ceil(steps / 10)) } = settings;
  if (!Number.isSafeInteger(accumulate) || accumulate < 1) throw new NnError("nn/bad-option", `nn: the batches of a step must be a whole number from 1, got ${accumulate}`);
  checkDropout(settings.dropout ?? {});
  const dropout = activeRates(settings.dropout ?? {});
  const earlyStopping = settings.earlyStopping && { metric: defaults.metric, mode: modeOf(settings.earlyStopping, defaults), ...settings.earlyStopping };
  return {
    seed, accumulate, evaluateEvery, dropout, earlyStopping,
    rate: schedule(name, { learningRate, steps, warmupRatio }),
    trainer: {
      optimizer, maxGradientNorm, recompute,
      ...(gradientHook !== undefined && { gradientHook }),
      ...(updateHook !== undefined && { updateHook }),
      ...(average !== undefined && { averageDecay: average.decay }),
    },
    record: {
      steps, seed, optimizer: { name: optimizer.name, ...optimizer.settings }, learningRate, warmupRatio, schedule: name, maxGradientNorm,
      ...(accumulate !== 1 && { accumulate }),
      ...(Object.keys(dropout).length > 0 && { dropout }),
      ...(earlyStopping !== undefined && { earlyStopping, evaluateEvery, evaluatesAverage: evaluatesAverage(settings) }), // What it sees decides where the run ends.
      ...(updateHook !== undefined && { updateHook: graphFingerprint({ after: updateHook({ before: parameter("before", [1]), after: parameter("after", [1]) }) }) }),
      ...(average !== undefined && { averageDecay: average.decay }),
    },
  };
}

/** The direction of what is watched; @throws NnError `nn/bad-option` where that is another metric than the default's and does not say its own */
function modeOf({ metric, mode }: NonNullable<TrainingSettings["earlyStopping"]>, defaults: SettingsDefaults): EarlyStopping["mode"] {
  if (mode !== undefined || metric === undefined || metric === defaults.metric) return mode ?? defaults.mode;
  throw new NnError("nn/bad-option", `nn: early stopping by "${metric}" must say by mode whether that should fall ("min") or rise ("max"), got neither; give it`);
}

/** A model laid out for the groups of a run, and what a checkpoint keeps of that. */
export function inGroups<M extends Model>(model: M, { groups, gradientHook }: TrainingSettings): { readonly model: M; readonly groupRecord: Readonly<Record<string, unknown>> } {
  const parameters = groups === undefined ? model.parameters : model.parameters.regrouped(groups);
  return {
    model: { ...model, parameters },
    groupRecord: {
      ...(groups !== undefined && { groups: recordOf(parameters.layout) }),
      ...(gradientHook !== undefined && { gradientHook: graphFingerprint(gradientHookGraph(gradientHook, parameters.layout)) }),
    },
  };
}

const recordOf = ({ groups, frozen }: ParameterLayout): unknown => ({
  trained: groups.map(({ learningRateFactor, decay, parameters }) => ({ learningRateFactor, decay, names: parameters.map(({ name }) => name) })),
  frozen: frozen.map(({ name }) => name),
});

/** Of a graph as it prints, and of the elements of its constants, which are not printed where they are many. */
function graphFingerprint(graph: Graph): string {
  const constants = topologicalOrder(Object.values(graph)).flatMap(({ attrs }) => Object.values(attrs).flatMap((value) => (value instanceof Float64Array ? [new Uint8Array(value.buffer, value.byteOffset, value.byteLength)] : [])));
  return fingerprint(new TextEncoder().encode(print(graph)), ...constants);
}
