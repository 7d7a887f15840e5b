import { type MlmShape } from "./mlm.js";
import { adamW } from "./optimizer/adamw.js";
import { type ScheduleName } from "./schedule.js";
import { type TrainingSettings } from "./training-settings.js";

/** Settings of a run that the paper gives; the rest is the caller's. */
export type BortPretraining = Required<Pick<TrainingSettings, "steps" | "optimizer" | "learningRate" | "warmupRatio" | "schedule" | "maxGradientNorm">> & { readonly shape: MlmShape };

export interface BortPretrainingOptions {
  /** The paper's inverse square root of the step (`noam`), or the released code's linear decay, which it calls by the same name (`linear`). Default `noam`. */
  readonly schedule?: Extract<ScheduleName, "noam" | "linear">;
  /** Default 25,000, the most that the paper trained for. */
  readonly steps?: number;
}

/**
 * How Bort was pre-trained (Bort, section 4.2; its released code where the paper is silent): 1024 sequences of 512 tokens a step with at most 80
 * predictions in each, Adam with a decoupled decay of 0.01 for matrices alone, a peak learning rate of 1e-4 after a warm-up over 1% of the steps,
 * gradients clipped at 1. Masks of 15% are the default of `mlmBatches`.
 */
export const bortPretraining = ({ schedule = "noam", steps = 25_000 }: BortPretrainingOptions = {}): BortPretraining => ({
  steps, schedule,
  shape: { batchSize: 1024, sequenceLength: 512, maskedPerSequence: 80 },
  optimizer: adamW({ beta1: 0.9, beta2: 0.999, epsilon: 1e-6, weightDecay: 0.01 }),
  learningRate: 1e-4, warmupRatio: 0.01, maxGradientNorm: 1,
});
