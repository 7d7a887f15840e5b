import { type ArchTuple, type EncoderArch, archOf, parameterCount } from "@bort/arch";
import { type MlmBatch, type MlmBatches, type PreparedCorpus, mlmBatches } from "@bort/data";
import { type MlmShape, type ScheduleName } from "@bort/nn";

/** What is compared: a student trained by its labels alone, and by a teacher too. */
export interface DistillationSetting {
  readonly student: ArchTuple;
  readonly teacher: ArchTuple;
  readonly vocabSize: number;
  /** Of the students' batches. */
  readonly shape: MlmShape;
  /** Steps of each student. */
  readonly steps: number;
  /** Steps between a student's evaluations. */
  readonly evaluateEvery: number;
  readonly schedule: ScheduleName;
  /** Of AdamW, for every model. */
  readonly beta2: number;
  /** Share of a student's steps over which its rate rises. */
  readonly warmupRatio: number;
  /** Peaks to choose the students' rate from: the one that is best without a teacher. */
  readonly learningRates: readonly number[];
  /** Each gives a student its first weights and its batches. */
  readonly seeds: readonly number[];
  readonly teacherSteps: number;
  readonly teacherLearningRate: number;
  /** Masked tokens that every model is measured on, at least. */
  readonly validationTokens: number;
}

/**
 * What an hour on one core allows. Sequences have 8 tokens, `<s>` and `</s>` among them, and words are cut small: there an encoder of this size learns to use
 * its neighbours within 500 steps, and on 16 tokens not within 1,000.
 */
export const distillationSetting: DistillationSetting = {
  student: [2, 4, 64, 256], teacher: [3, 4, 96, 384], vocabSize: 1024, shape: { batchSize: 256, sequenceLength: 8, maskedPerSequence: 1 },
  steps: 1000, evaluateEvery: 25, schedule: "linear", beta2: 0.98, warmupRatio: 0.06, learningRates: [2e-3, 4e-3, 8e-3], seeds: [0, 1, 2],
  teacherSteps: 2400, teacherLearningRate: 3e-3, validationTokens: 6144,
};

/** A setting with its data. */
export interface DistillationStudy {
  readonly setting: DistillationSetting;
  readonly corpus: PreparedCorpus;
  /** Of random sequences of the held-out documents: the same for every model. */
  readonly validation: readonly MlmBatch[];
}

/** Draws what every model is measured on; throws `data/corpus-too-small` for less than a batch. */
export function distillationStudy(setting: DistillationSetting, corpus: PreparedCorpus): DistillationStudy {
  const { shape, validationTokens } = setting;
  const batches = mlmBatches(corpus.validation, { ...shape, seed: 0, tokenizer: corpus.tokenizer });
  const count = Math.ceil(validationTokens / (shape.batchSize * shape.maskedPerSequence));
  return { setting, corpus, validation: Array.from({ length: count }, (_, step) => batches.at(step)) };
}

/** The encoder of a tuple for the study's tokens. */
export const archIn = ({ setting: { shape }, corpus: { tokenizer } }: DistillationStudy, tuple: ArchTuple): EncoderArch =>
  archOf(tuple, { vocabSize: tokenizer.vocabSize, positions: shape.sequenceLength, padTokenId: tokenizer.special.pad, activation: "geluTanh" });

/** Batches to train on, of any shape. */
export const trainingBatches = ({ corpus: { train, tokenizer } }: DistillationStudy, shape: MlmShape, seed: number): MlmBatches =>
  mlmBatches(train, { ...shape, seed, tokenizer });

/** Parameters of a tuple's model with its MLM head. */
export const parametersOf = (study: DistillationStudy, tuple: ArchTuple): number => parameterCount(archIn(study, tuple), { heads: { mlm: {} } }).total;
