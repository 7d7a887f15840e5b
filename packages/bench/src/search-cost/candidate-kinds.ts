import { type ArchTuple } from "@bort/arch";
import { demo } from "@bort/fptas";
import { type MlmShape } from "@bort/nn";
import { type CandidateSizes } from "./growing-space.js";

/** A kind of candidates, and how they are searched. */
export interface CandidateKind {
  readonly sizes: CandidateSizes;
  /** The maximum point, well above all sizes, so that no candidate is rejected. */
  readonly teacher: ArchTuple;
  readonly vocabSize: number;
  readonly shape: MlmShape;
  /** n. */
  readonly steps: number;
  readonly epsilons: readonly number[];
}

/** `demo`: sizes, batches, n and epsilon of the demo's search. `tiny`: three steps of a few milliseconds each, the worst case for all that is not computing. */
export const candidateKinds: Readonly<Record<"demo" | "tiny", CandidateKind>> = {
  demo: {
    sizes: { depth: [2, 4], hidden: [64, 128], intermediate: [144, 368] },
    teacher: [6, 4, 192, 768], vocabSize: 2048, shape: demo.training.shape, steps: demo.training.steps, epsilons: [demo.search.epsilon],
  },
  tiny: {
    sizes: { depth: [1, 2], hidden: [16, 48], intermediate: [36, 92] },
    teacher: [6, 4, 96, 384], vocabSize: 512, shape: { batchSize: 8, sequenceLength: 32, maskedPerSequence: 5 }, steps: 3, epsilons: [1, 2],
  },
};
