/** Batches that can be asked for by step: `MlmBatches` and `ClassificationBatches` are. */
export interface SteppedBatches<Batch> {
  readonly stepsPerEpoch: number;
  at(step: number): Batch;
}

/** The batches of the first epoch, or its first `most`: a fixed set to evaluate on. */
export function firstEpoch<Batch>(batches: SteppedBatches<Batch>, most: number = Infinity): Batch[] {
  return Array.from({ length: Math.min(most, batches.stepsPerEpoch) }, (_, step) => batches.at(step));
}
