import { type Feeds } from "@bort/graph";
import { NnError } from "./nn-error.js";

/** A part of a step's batch, run on its own. */
export interface MicroBatch {
  /** Its feeds, or what makes them when their turn comes: of large ones, such as a teacher's logits, those of one micro-batch are then held at a time. */
  readonly feeds: Feeds | (() => Promise<Feeds>);
  /** Its share in the step is this over the sum of all weights. Default 1. One of weight 0 is left out. */
  readonly weight?: number;
  /** Length of its sequences, where the objective depends on it. Default 0. */
  readonly length?: number;
}

/** A micro-batch with what it is of the whole. */
export interface MicroBatchShare extends Required<Omit<MicroBatch, "weight">> {
  readonly share: number;
}

/** The feeds of a micro-batch, made now where they are not there. */
export const feedsOf = async ({ feeds }: Pick<MicroBatch, "feeds">): Promise<Feeds> => (typeof feeds === "function" ? feeds() : feeds);

/** The micro-batches that count; throws NnError `nn/bad-option` for weights that have no mean. */
export function sharesOf(batches: readonly MicroBatch[]): MicroBatchShare[] {
  const weights = batches.map(({ weight = 1 }) => weight);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0 && total < Infinity) || weights.some((weight) => !(weight >= 0))) {
    throw new NnError("nn/bad-option", `nn: a step needs micro-batches with weights from 0 that sum to more than 0, got ${weights.join(", ") || "none"}`);
  }
  return batches.flatMap(({ feeds, length = 0 }, i) => (weights[i]! > 0 ? [{ feeds, length, share: weights[i]! / total }] : []));
}

/** The micro-batches of a step from 0 that takes `count` of them: those that `batchAt` gives for `count` numbers in a row. */
export async function microBatches(step: number, count: number, batchAt: (index: number) => MicroBatch | Promise<MicroBatch>): Promise<MicroBatch[]> {
  const batches: MicroBatch[] = [];
  for (let i = 0; i < count; i++) batches.push(await batchAt(step * count + i));
  return batches;
}

/** How many examples or places a batch has, by their weights of 0 or 1. */
export const totalWeight = (weights: Float32Array): number => weights.reduce((sum, weight) => sum + weight, 0);
