import { type ArchTuple, type EncoderArch } from "@bort/arch";

/** What lies behind the numbers of a search whose candidates are trained encoders; a certificate says more where it is known. */
export interface TrainingFacts {
  /** The network that a point of the space stands for. */
  readonly encoderOf: (arch: ArchTuple) => EncoderArch;
  /** |B|: sequences in a batch. */
  readonly batchSize: number;
  /** Tokens in a sequence. */
  readonly sequenceLength: number;
  /** What one training, of so many steps where the search decides them, and its evaluation compute; see `trialFlops`. */
  readonly flopsOf: (arch: ArchTuple, steps?: number) => number;
}
