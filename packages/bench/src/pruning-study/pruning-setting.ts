import { type EncoderArch, uniformArch } from "@bort/arch";
import { type Tokenizer } from "@bort/data";
import { type MlmShape } from "@bort/nn";
import { type StepShape } from "../step-shape.js";

/** How a network is fine-tuned on SST-2. */
export interface TaskTraining {
  /** Drawn by the seed from the training split. */
  readonly examples: number;
  readonly steps: number;
  readonly batchSize: number;
  /** The most tokens of an example that are read. */
  readonly maxLength: number;
  readonly learningRate: number;
}

/** A network whose round of pruning is timed; the batch and the vocabulary are the base's. */
export interface TimedSize {
  readonly layers: number;
  readonly hiddenSize: number;
}

/** What is pruned, and for how long everything is trained. */
export interface PruningSetting {
  /** Sizes of the base and of every batch; the vocabulary is that at most. */
  readonly base: StepShape;
  /** What the base begins as: a network of its first layers, whose number divides the base's, trained on short sequences first. */
  readonly shallow: { readonly depth: number; readonly steps: number };
  /** Steps of the base's pre-training, which begins with the layers of the shallow network repeated. */
  readonly baseSteps: number;
  /** What is left of the base's parameters at most, the head's with them: the largest first, a round each. */
  readonly fractions: readonly number[];
  /** The one of them that variants of schuBERT are compared at. */
  readonly variantFraction: number;
  /** Of a round. */
  readonly alphaSteps: number;
  /** Of a round. */
  readonly finetuneSteps: number;
  /** Every network, the base too, is trained for as long as the base takes for so many steps: in the rounds, and for the rest of that time at the end. */
  readonly tuningSteps: number;
  /** Each gives another base, and other batches to all that comes of it. */
  readonly seeds: readonly number[];
  /** Peak, of the base's pre-training. */
  readonly learningRate: number;
  /** Peak, of every training after that on the same text. */
  readonly furtherLearningRate: number;
  /** Of AdamW, for every training on text. */
  readonly beta2: number;
  /** Batches that every loss is measured on, spread over the text that is held out. */
  readonly heldOutBatches: number;
  readonly task: TaskTraining;
  readonly timing: {
    /** Steps in turn that a pace is the median of. */
    readonly paceSteps: number;
    /** Steps in turn that a round's cost is the median of. */
    readonly steps: number;
    /** Encodings in turn that a latency is the median of. */
    readonly latencyRepeats: number;
    readonly sizes: readonly TimedSize[];
    /** Lengths of pre-trainings that a round is compared with. */
    readonly pretrainingSteps: readonly number[];
  };
}

/**
 * What two hours on two cores allow. The vocabulary is small, and the base grows from a shallow network, so that it learns more of its text in that time than how
 * frequent tokens are. Fractions are what 9, 6 and 3 of its 12 layers leave, rounded up, so that arms that cannot cut less than a layer have as many parameters as others.
 */
export const pruningSetting: PruningSetting = {
  base: { batchSize: 16, sequenceLength: 64, hiddenSize: 128, heads: 4, intermediateSize: 512, depth: 12, vocabSize: 1024, maskedPerSequence: 10 },
  shallow: { depth: 4, steps: 2000 }, baseSteps: 1000, fractions: [0.767, 0.532, 0.297], variantFraction: 0.532, alphaSteps: 25, finetuneSteps: 50, tuningSteps: 180, seeds: [0, 1, 2],
  learningRate: 1e-3, furtherLearningRate: 5e-4, beta2: 0.98, heldOutBatches: 64,
  task: { examples: 6400, steps: 200, batchSize: 32, maxLength: 64, learningRate: 5e-4 },
  timing: {
    paceSteps: 15, steps: 5, latencyRepeats: 51, pretrainingSteps: [10_000, 1_000_000],
    sizes: [{ layers: 4, hiddenSize: 128 }, { layers: 8, hiddenSize: 128 }, { layers: 12, hiddenSize: 128 }, { layers: 12, hiddenSize: 256 }],
  },
};

/** Of the batches of text. */
export const batchShape = ({ base: { batchSize, sequenceLength, maskedPerSequence } }: PruningSetting): MlmShape => ({ batchSize, sequenceLength, maskedPerSequence });

/** The encoder that is pruned. */
export const baseArch = (setting: PruningSetting, tokenizer: Tokenizer): EncoderArch => archOfDepth(setting.base.depth, setting, tokenizer);

/** The encoder that it begins as. */
export const shallowArch = (setting: PruningSetting, tokenizer: Tokenizer): EncoderArch => archOfDepth(setting.shallow.depth, setting, tokenizer);

function archOfDepth(depth: number, { base: { heads, hiddenSize, intermediateSize, sequenceLength } }: PruningSetting, { vocabSize, special }: Tokenizer): EncoderArch {
  return uniformArch({
    depth, heads, hidden: hiddenSize, intermediate: intermediateSize, vocabSize, positions: sequenceLength, padTokenId: special.pad, activation: "geluTanh",
  });
}
