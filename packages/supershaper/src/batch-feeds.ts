import { type MlmBatch } from "@bort/data";
import { type Feeds } from "@bort/graph";
import { mlmFeeds, NnError } from "@bort/nn";
import { type StageFrame } from "./supernet-stages.js";

/** A batch as feeds of the stages: where sequences may end in padding, with a mask of what is none, `f32[batch, sequence]`. */
export function batchFeeds(batch: MlmBatch, { arch: { padTokenId }, batch: shape }: Pick<StageFrame, "arch" | "batch">): Feeds {
  if (shape.padded !== true) return mlmFeeds(batch);
  if (padTokenId === undefined) throw new NnError("nn/bad-option", "nn: padded sequences need an architecture with a padTokenId, got none; give it the tokenizer's");
  return { ...mlmFeeds(batch), mask: Float32Array.from(batch.ids, (id) => (id === padTokenId ? 0 : 1)) };
}
