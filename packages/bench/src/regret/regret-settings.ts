import { type ArchTuple, type EncoderArch, type SpaceAxes, archOf } from "@bort/arch";
import { type Tokenizer } from "@bort/data";
import { type CandidateHyperparameters } from "@bort/fptas";
import { type MlmShape } from "@bort/nn";

/** What the regret of a search is measured on. */
export interface RegretSettings {
  readonly vocabSize: number;
  readonly shape: MlmShape;
  /** Batches that every error is measured on. */
  readonly heldOutBatches: number;
  /** The maximum point, which lies outside the grid as Bort's did. */
  readonly teacher: { readonly arch: ArchTuple; readonly steps: number; readonly learningRate: number };
  /** Every point of it can be built. */
  readonly grid: SpaceAxes;
  readonly surrogate: {
    /** The n that are compared. */
    readonly steps: readonly number[];
    /** Each gives other first parameters and other batches. */
    readonly seeds: readonly number[];
    readonly hyperparameters: CandidateHyperparameters;
  };
  readonly convergence: {
    readonly steps: number;
    readonly learningRate: number;
    /** Each gives other first parameters; the batches are the same, so that the teacher runs once. */
    readonly seeds: readonly number[];
    /** Points 0, `everyLonger`, 2 `everyLonger`, ... of the grid are also trained twice as long, to show what that changes. */
    readonly everyLonger: number;
  };
}

/**
 * Sizes at which everything can be trained in half an hour on one core. Tokens are hardly more than letters and sequences are short, because encoders of this
 * size learn to look at their neighbours there within some hundred steps; with 1,024 tokens they were near the loss of unigrams after a thousand. The rate of the
 * surrogate's SGD is the demo's, because Bort's of 5e-4 moves nothing at this size.
 */
export const regretSettings: RegretSettings = {
  vocabSize: 320,
  shape: { batchSize: 64, sequenceLength: 8, maskedPerSequence: 2 },
  heldOutBatches: 32,
  teacher: { arch: [4, 4, 128, 512], steps: 2000, learningRate: 2e-3 },
  grid: { depth: [1, 3], heads: [2, 4], hidden: [16, 32, 48, 64], intermediate: [64, 192] },
  surrogate: { steps: [1, 3, 10, 30, 100], seeds: [0, 1, 2, 3, 4], hyperparameters: { learningRate: 1, warmupRatio: 0.05 } },
  convergence: { steps: 2000, learningRate: 4e-3, seeds: [0, 1], everyLonger: 10 },
};

/** The encoder of a tuple in what every network of the experiment shares. */
export const archIn = (tokenizer: Tokenizer, { shape }: Pick<RegretSettings, "shape">, tuple: ArchTuple): EncoderArch =>
  archOf(tuple, { vocabSize: tokenizer.vocabSize, positions: shape.sequenceLength, activation: "geluTanh", padTokenId: tokenizer.special.pad });
