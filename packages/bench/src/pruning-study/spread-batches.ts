import { type SteppedBatches } from "@bort/data";

/** As many batches of an epoch as are asked for, or all where there are no more, at equal distances. */
export function spreadBatches<Batch>({ stepsPerEpoch, at }: SteppedBatches<Batch>, count: number): Batch[] {
  const taken = Math.min(count, stepsPerEpoch);
  return Array.from({ length: taken }, (_, i) => at(Math.floor((i * stepsPerEpoch) / taken)));
}
