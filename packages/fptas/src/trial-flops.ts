import { type EncoderArch, flops } from "@bort/arch";
import { type MlmShape } from "@bort/nn";

export interface TrialFlopsOptions {
  readonly shape: MlmShape;
  /** n: training steps. */
  readonly steps: number;
  /** Batches that the surrogate error is measured on. */
  readonly heldOutBatches: number;
}

/** What a trial computes, by count: forward and backward passes of its steps and forward passes of the held-out batches, MLM head included, teacher left out. */
export function trialFlops(arch: EncoderArch, { shape, steps, heldOutBatches }: TrialFlopsOptions): number {
  const { sequenceLength: sequence, batchSize: batch, maskedPerSequence: maskedPositions } = shape;
  const options = { sequence, batch, maskedPositions, heads: { mlm: {} }, pooler: false } as const;
  return steps * flops(arch, { ...options, pass: "training" }).total + heldOutBatches * flops(arch, options).total;
}
