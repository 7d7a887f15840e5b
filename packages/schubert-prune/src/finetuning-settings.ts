import { type EarlyStopping, resolveSettings, type TrainingSettings } from "@bort/nn";

/** How a pruned network is trained, but for what each round has of its own; a step takes one batch, by which rounds count what they have seen. */
export type FinetuningSettings = Omit<TrainingSettings, "accumulate" | "average" | "checkpoint" | "groups" | "seed" | "signal" | "steps">;

/** What of the settings decides the outcome, by which a run is gone on with; `watched` is what early stopping looks at unless they say. */
export const finetuningRecord = (settings: FinetuningSettings, watched: Required<Pick<EarlyStopping, "metric" | "mode">>): Readonly<Record<string, unknown>> =>
  resolveSettings({ steps: 1, ...settings }, { learningRate: 0, warmupRatio: 0, ...watched }).record; // Rounds add steps and seed; what is not given is always the same.
