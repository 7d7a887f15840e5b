import { type Backend } from "@bort/graph";
import { requireCount } from "./require-count.js";
import { type ResidentGrowth, residentGrowth } from "./resident-growth.js";
import { type StepShape, stepCosts } from "./step-shape.js";
import { type StepVariant, withStepTrainer } from "./step-trainer.js";

/** Resident memory of the process in the course of a long run. */
export interface Growth extends ResidentGrowth {
  readonly steps: number;
}

/** Steps before memory is taken to be settled. */
const WARM_UP = 50;

/**
 * Takes `steps` training steps, at least 60, and compares resident memory after step 50 with that after the last, each the median of 10 steps.
 *
 * @throws BenchError `bench/bad-option`
 */
export async function measureGrowth(backend: Backend, shape: StepShape, steps: number, variant: StepVariant = {}): Promise<Growth> {
  requireCount("steps", steps, WARM_UP + 10);
  return withStepTrainer(backend, shape, async (step) => ({ steps, ...(await residentGrowth(step, { times: steps, warmUp: WARM_UP })) }), variant);
}

/**
 * The most resident memory that a step may take, in bytes: 1.5 x (16 bytes a parameter + activations) + 150 MB.
 *
 * 16 bytes are a float32 weight, its gradient and AdamW's two moments; the half on top and the 150 MB are for the engine and the process.
 */
export function memoryBar(shape: StepShape): number {
  const { parameters, activationBytes } = stepCosts(shape);
  return 1.5 * (16 * parameters + activationBytes) + 150e6;
}
