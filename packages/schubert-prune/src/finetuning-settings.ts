import { type TypedArray } from "@bort/graph";
import { fingerprint, resolveSettings, type SettingsDefaults, type TrainingSettings } from "@bort/nn";

/**
 * How a pruned network is trained, but for what each round has of its own; a step takes one batch, by which rounds count what they have seen. A gradient hook is not among them: it is written over the parameters of
 * one network, and each round has another.
 */
export type FinetuningSettings = Omit<TrainingSettings, "accumulate" | "average" | "checkpoint" | "gradientHook" | "groups" | "seed" | "signal" | "steps">;

export interface FinetuningContext extends SettingsDefaults {
  /** What evaluations read. */
  readonly validation: readonly TypedArray[];
}

/** What of the settings decides the outcome, by which a run is gone on with; the defaults are those of the task, which trains by them. */
export function finetuningRecord(settings: FinetuningSettings, { validation, ...defaults }: FinetuningContext): Readonly<Record<string, unknown>> {
  const { record, earlyStopping } = resolveSettings({ steps: 1, ...settings }, defaults); // Rounds add steps and seed; what is not given is always the same.
  if (earlyStopping === undefined) return record;
  return { ...record, evaluateEvery: settings.evaluateEvery ?? "by the steps", validation: fingerprint(...validation) };
}
