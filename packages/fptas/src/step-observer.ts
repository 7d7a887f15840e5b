import { type MicroBatch, type Trainer } from "@bort/nn";
import { FptasError } from "./fptas-error.js";
import { type StepMovement, type StepObservation } from "./step-observation.js";

/**
 * Takes training steps and tells what they did: loss and gradient norm of each, and of steps 1, 1 + every, 1 + 2 every, ... how far they went.
 *
 * Such a step computes the gradient of its batch once more, where it ends, and copies parameters and gradient. The training itself stays the same, bit for bit.
 * The trainer's optimizer must leave the gradient as it is, as SGD does.
 */
export class StepObserver {
  /**
   * `every` is Infinity where no step is to be looked at closely.
   *
   * @throws FptasError `fptas/bad-objective` for a number below 1 or a broken one
   */
  constructor(private readonly trainer: Trainer, private readonly every: number) {
    if (every === Infinity || (Number.isSafeInteger(every) && every >= 1)) return;
    throw new FptasError("fptas/bad-objective", `fptas: one of how many steps is observed must be a whole number from 1, got ${every}; leave observe out to observe none`);
  }

  /** @throws what `Trainer.step` throws */
  async step(batches: readonly MicroBatch[], learningRate: number): Promise<StepObservation> {
    const { trainer } = this;
    const observed = trainer.state.step % this.every === 0 && this.every !== Infinity;
    const before = observed ? this.#trained().slice() : undefined;
    const { loss, gradientNorm } = await trainer.step(batches, learningRate);
    const movement = before === undefined ? undefined : await this.#movement(batches, before);
    return { step: trainer.state.step, learningRate, loss, gradientNorm, ...(movement !== undefined && { movement }) };
  }

  /** None where it overflows: the next step then ends the training. */
  async #movement(batches: readonly MicroBatch[], before: Float32Array): Promise<StepMovement | undefined> {
    const gradient = this.trainer.gradient.slice();
    await this.trainer.differentiate(batches);
    const after = this.#trained();
    const movement = { parameterNorm: norm(after), updateNorm: distance(after, before), gradientChangeNorm: distance(this.trainer.gradient, gradient) };
    return Object.values(movement).every(Number.isFinite) ? movement : undefined;
  }

  #trained(): Float32Array {
    const { flat, layout } = this.trainer.state.parameters;
    return flat.subarray(0, layout.trainedSize);
  }
}

function norm(vector: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += vector[i]! ** 2;
  return Math.sqrt(sum);
}

function distance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(sum);
}
