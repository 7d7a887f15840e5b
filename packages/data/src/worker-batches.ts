import { DataError } from "./data-error.js";
import type { SteppedBatches } from "./first-epoch.js";

/** One of several workers that train on the same batches. */
export interface Worker {
  /** Its number, from 0. */
  readonly rank: number;
  /** How many workers there are. */
  readonly world: number;
}

/**
 * A worker's share: at step t the batch of step t * world + rank, so that the workers together take every batch of `batches` once, in its order.
 * Throws `data/bad-option` for a rank that is not in [0, world), or `data/corpus-too-small` where an epoch has no batch for each worker.
 */
export function workerBatches<Batches extends SteppedBatches<unknown>>(batches: Batches, { rank, world }: Worker): Batches {
  if (!Number.isSafeInteger(world) || world < 1 || !Number.isSafeInteger(rank) || rank < 0 || rank >= world) {
    throw new DataError("data/bad-option", `data: a worker needs a rank in [0, world), got rank ${rank} of world ${world}`);
  }
  const stepsPerEpoch = Math.floor(batches.stepsPerEpoch / world);
  if (stepsPerEpoch === 0) {
    throw new DataError("data/corpus-too-small", `data: ${world} workers need as many batches in an epoch, but there are ${batches.stepsPerEpoch}; add text, or lower the batch size`);
  }
  return { ...batches, stepsPerEpoch, at: (step: number) => batches.at(step * world + rank) };
}
