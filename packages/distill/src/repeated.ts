import { type MlmBatches } from "@bort/data";

/** The first `count` batches over and over, masks included: those of a cache of as many. */
export const repeated = (batches: MlmBatches, count: number): MlmBatches => ({ ...batches, stepsPerEpoch: count, at: (step) => batches.at(step % count) });
