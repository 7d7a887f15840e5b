import { type MlmBatch, type MlmBatches, type PreparedCorpus, firstEpoch, mlmBatches, validationBatches } from "@bort/data";
import { type MlmShape } from "@bort/nn";

/** Batches to train on, without end. */
export const trainingBatches = ({ train, tokenizer }: PreparedCorpus, shape: MlmShape, seed: number): MlmBatches => mlmBatches(train, { ...shape, seed, tokenizer });

/** The first held-out sequences, as many as there are up to `most`, in whole batches. */
export const heldOutBatches = ({ validation, tokenizer }: PreparedCorpus, shape: MlmShape, most: number): MlmBatch[] =>
  firstEpoch(validationBatches(validation, { ...shape, tokenizer }), Math.floor(most / shape.batchSize));
