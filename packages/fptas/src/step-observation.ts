/** What one training step of a candidate showed. Norms are Euclidean, over all trained parameters. */
export interface StepObservation {
  /** One-based. */
  readonly step: number;
  readonly learningRate: number;
  /** Before the update. */
  readonly loss: number;
  /** Of the batch's gradient, before clipping. */
  readonly gradientNorm: number;
  /** What the step did to the parameters, at the steps that were looked at more closely. */
  readonly movement?: StepMovement;
}

/** How far a step went, and how much the gradient changed on the way. */
export interface StepMovement {
  /** |w'|: norm of the parameters after the step. */
  readonly parameterNorm: number;
  /** |w' - w|: length of the step. */
  readonly updateNorm: number;
  /** |g(w') - g(w)|: change of the gradient of the same batch, so that none of it is noise between batches. */
  readonly gradientChangeNorm: number;
}

/**
 * The clipped gradient norm that plain gradient descent stepped with, |w' - w| / rate, as seen on the parameters and not as the clipping says; and how far
 * rounding to float32 can have moved it, 2^-24 |w'| / rate.
 */
export function clippedGradientNorm({ updateNorm, parameterNorm }: StepMovement, learningRate: number): { readonly norm: number; readonly roundOff: number } {
  return { norm: updateNorm / learningRate, roundOff: (2 ** -24 * parameterNorm) / learningRate };
}

/** A slope of the gradient between two points, |g(w') - g(w)| / |w' - w|: no Lipschitz constant of the gradient is smaller. NaN where the step moved nothing. */
export function gradientSlope({ gradientChangeNorm, updateNorm }: StepMovement): number {
  return updateNorm > 0 ? gradientChangeNorm / updateNorm : Number.NaN;
}
