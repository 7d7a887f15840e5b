import { bortSpace, type GridSpace, gridSpace } from "@bort/arch";
import { type MlmShape } from "@bort/nn";
import { bortHyperparameters, type CandidateHyperparameters } from "./candidate-training.js";

/** Settings of a whole search, to be spread into options. */
export interface SearchPreset {
  /** For `extract`. */
  readonly search: { readonly space: GridSpace; readonly epsilon: number; readonly hyperparameters: readonly CandidateHyperparameters[] };
  /** For `trainingObjectives`; batches of `shape` have to be made for it too. */
  readonly training: { readonly steps: number; readonly shape: MlmShape; readonly maxGradientNorm: number };
}

/** The search that found Bort, 15% of the tokens masked; it is meant for a large machine. Source: Bort, section 3.3. */
export const bortPaper: SearchPreset = {
  search: { space: bortSpace, epsilon: 2, hyperparameters: [bortHyperparameters] },
  training: { steps: 3, shape: { batchSize: 1024, sequenceLength: 512, maskedPerSequence: 77 }, maxGradientNorm: 1 },
};

/**
 * A search below a teacher of <4, 4, 128, 512> that takes minutes on a small machine.
 *
 * Bort's learning rate of 5e-4 moves nothing in so few steps at this size; clipping at norm 1 keeps a rate of 1 in bounds.
 */
export const demo: SearchPreset = {
  search: {
    space: gridSpace({ depth: [2, 4], heads: [2, 4], hidden: [64, 96, 128], intermediate: [128, 256, 512] }),
    epsilon: 2,
    hyperparameters: [{ learningRate: 1, warmupRatio: 0.05 }],
  },
  training: { steps: 12, shape: { batchSize: 16, sequenceLength: 64, maskedPerSequence: 10 }, maxGradientNorm: 1 },
};
