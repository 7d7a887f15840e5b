import { DataError } from "./data-error.js";
import { maskTokens, type MaskedTokens, type MaskTokensOptions } from "./masking.js";
import { type PackedSequences, packSequences, type Packing } from "./packing.js";
import { permutationAt, random } from "./random.js";
import type { TokenFile } from "./token-file.js";
import type { Tokenizer } from "./tokenizer.js";

/** A batch for masked language modelling. */
export interface MlmBatch extends MaskedTokens {
  /** Token ids after masking; [batch * seq]. Sequences of full documents have no padding, others may end in `<pad>`. */
  readonly ids: Int32Array;
}

/** The batches of a token file, any of which can be asked for at any time. */
export interface MlmBatches {
  /** The sequences that the file holds; of full documents, the tokens after the last whole one are not used. */
  readonly sequences: number;
  /** The batches that one epoch holds; in each epoch, up to `batchSize - 1` sequences are left out. */
  readonly stepsPerEpoch: number;
  /** The batch of a step, counted from 0 over all epochs: the same for the same seed and step, whatever was asked before. */
  at(step: number): MlmBatch;
}

/** How to make a fixed set of batches to evaluate on. */
export interface ValidationBatchesOptions extends Pick<MaskTokensOptions, "wordStarts"> {
  readonly batchSize: number;
  /** The tokens of a sequence, with `<s>` and `</s>`: at least 3. */
  readonly sequenceLength: number;
  /** Slots for predictions in each sequence. Default ceil(0.15 * sequenceLength). */
  readonly maskedPerSequence?: number;
  /** What a sequence holds. Default "full-document". */
  readonly packing?: Packing;
  /** The tokenizer that made the file. */
  readonly tokenizer: Pick<Tokenizer, "special" | "vocabSize">;
}

/** How to make batches to train on. */
export interface MlmBatchesOptions extends ValidationBatchesOptions {
  readonly seed: number;
  /**
   * "shuffled": every epoch has its own order and its own masks. "sequential": every epoch is the same, in the order of the file.
   * Default "shuffled".
   */
  readonly order?: "shuffled" | "sequential";
}

/**
 * Batches of packed text, masked as in `maskTokens`. Of full documents, sequence i is `<s>`, the tokens [i * (L - 2), (i + 1) * (L - 2)) of the file, `</s>`.
 * The order is a permutation that is computed, not held. Throws `data/bad-option`, `data/bad-tokens` for another vocabulary, or `data/corpus-too-small`
 * for less than one batch.
 */
export function mlmBatches(tokens: TokenFile, options: MlmBatchesOptions): MlmBatches {
  const { batchSize, sequenceLength, seed, tokenizer: { special, vocabSize }, order = "shuffled", packing = "full-document", wordStarts } = options;
  const maskedPerSequence = options.maskedPerSequence ?? Math.ceil(0.15 * sequenceLength);
  validate(tokens, options, maskedPerSequence);
  const packed = packSequences(tokens, { sequenceLength, special, packing });
  requireBatch(tokens, packed, options);
  const stepsPerEpoch = Math.floor(packed.count / batchSize);
  const orderOf = sequenceOrder(seed, packed.count, order);
  const masking = { vocabSize, special, batchSize, sequenceLength, maskedPerSequence, ...(wordStarts && { wordStarts }) };

  return {
    sequences: packed.count,
    stepsPerEpoch,
    at(step) {
      if (!Number.isSafeInteger(step) || step < 0) {
        throw new DataError("data/bad-option", `data: a step must be an integer of at least 0, got ${step}`);
      }
      const sequenceAt = orderOf(Math.floor(step / stepsPerEpoch));
      const stepInEpoch = step % stepsPerEpoch;
      const ids = new Int32Array(batchSize * sequenceLength); // [batch, seq]
      for (let row = 0; row < batchSize; row++) {
        packed.fill(sequenceAt(stepInEpoch * batchSize + row), ids.subarray(row * sequenceLength, (row + 1) * sequenceLength));
      }
      const rng = random(seed, "mask", order === "shuffled" ? step : stepInEpoch);
      return { ids, ...maskTokens(ids, masking, rng) };
    },
  };
}

/** Batches to evaluate on: the same sequences with the same masks in every run, in the order of the file. Throws as `mlmBatches` does. */
export function validationBatches(tokens: TokenFile, options: ValidationBatchesOptions): MlmBatches {
  return mlmBatches(tokens, { ...options, seed: 0, order: "sequential" });
}

/** The order of the sequences in each epoch; the permutation last asked for is kept, as steps mostly follow one another. */
function sequenceOrder(seed: number, sequences: number, order: "shuffled" | "sequential"): (epoch: number) => (index: number) => number {
  if (order === "sequential") return () => (index) => index;
  let kept = { epoch: 0, permutation: permutationAt(seed, sequences, "order", 0) };
  return (epoch) => {
    if (kept.epoch !== epoch) kept = { epoch, permutation: permutationAt(seed, sequences, "order", epoch) };
    return kept.permutation;
  };
}

function validate(tokens: TokenFile, { batchSize, sequenceLength, tokenizer }: ValidationBatchesOptions, maskedPerSequence: number): void {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new DataError("data/bad-option", `data: batchSize must be an integer of at least 1, got ${batchSize}`);
  }
  if (!Number.isInteger(sequenceLength) || sequenceLength < 3) {
    throw new DataError("data/bad-option", `data: sequenceLength must be an integer of at least 3, got ${sequenceLength}`);
  }
  if (!Number.isInteger(maskedPerSequence) || maskedPerSequence < 1 || maskedPerSequence > sequenceLength - 2) {
    const range = `[1, ${sequenceLength - 2}]`;
    throw new DataError("data/bad-option", `data: maskedPerSequence must be an integer in ${range}, got ${maskedPerSequence}`);
  }
  if (tokens.vocabSize !== tokenizer.vocabSize) {
    const sizes = `${tokens.vocabSize} tokens and the tokenizer ${tokenizer.vocabSize}`;
    throw new DataError("data/bad-tokens", `data: the token file has a vocabulary of ${sizes}; open it with the tokenizer that made it`);
  }
}

function requireBatch({ tokens }: TokenFile, { count }: PackedSequences, { batchSize, sequenceLength, packing = "full-document" }: ValidationBatchesOptions): void {
  if (count >= batchSize) return;
  const sequences = `one batch of ${batchSize} sequences of ${sequenceLength}`;
  const [needed, found] = packing === "full-document" ? [` needs ${batchSize * (sequenceLength - 2)} tokens`, tokens] : ["", `${count} sequences`];
  throw new DataError("data/corpus-too-small", `data: ${sequences}${needed}, but the corpus has ${found}; add text, or lower the batch size`);
}
