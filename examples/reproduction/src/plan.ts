import { type ArchTuple, type EncoderArch, archOf, flops, memoryBytes, parameterCount } from "@bort/arch";
import { analyticParameters, keptLogitsBytes, selectCandidates, trialFlops } from "@bort/fptas";
import { type MlmShape } from "@bort/nn";
import { type MaximumPointSetting, type PretrainingSetting, type Setting, partsOf } from "./setting.js";

/** What a run would do, by count. */
export interface Plan {
  readonly setting: Setting;
  readonly maximumPoint: {
    readonly arch: EncoderArch;
    readonly parameters: number;
    /** Of its weights with the MLM head in float32; absent where it is pre-trained here. */
    readonly downloadBytes?: number;
    /** Of its pre-training; 0 where it is downloaded. */
    readonly flops: number;
  };
  readonly search: {
    /** Points of the grid, and how many of them can be built. */
    readonly gridSize: number;
    readonly spaceSize: number;
    /** By parameters, smallest first. */
    readonly candidates: readonly SizedTuple[];
    /** Candidates times hyperparameter sets. */
    readonly trials: number;
    /** All trials: the candidates' steps, and their passes over the held-out sequences. */
    readonly candidateFlops: number;
    /** The maximum point's passes over the same sequences: again in each trial where its logits were not kept. */
    readonly teacherFlops: number;
    /** Of the maximum point's logits at the masked places of all these sequences. */
    readonly logitsBytes: number;
  };
  readonly pretraining: {
    /** What the paper chose, or else the largest candidate: the most that there can be to do. */
    readonly student: SizedTuple;
    readonly sequences: number;
    readonly studentFlops: number;
    readonly teacherFlops: number;
  };
  /** Weights of the maximum point, all of the student's training, and the activations of both for the sequences computed at once. */
  readonly memoryBytes: number;
}

export interface SizedTuple {
  readonly tuple: ArchTuple;
  /** Exact, of embedding and encoder. */
  readonly parameters: number;
}

/** Counts what a run of a setting would do; nothing is downloaded or trained. */
export function planOf(setting: Setting): Plan {
  const arch = archOfMaximumPoint(setting.maximumPoint);
  const search = planSearch(setting, arch);
  return {
    setting,
    maximumPoint: {
      arch,
      parameters: parameterCount(arch).total,
      ...(setting.maximumPoint.kind === "published" && { downloadBytes: 4 * parameterCount(arch, { heads: { mlm: {} } }).total }),
      flops: setting.maximumPoint.kind === "published" ? 0 : pretrainingFlops(arch, setting.maximumPoint.training),
    },
    search,
    ...planPretraining(setting, arch, setting.publishedChoice ?? search.candidates.at(-1)!.tuple),
  };
}

function archOfMaximumPoint(maximumPoint: MaximumPointSetting): EncoderArch {
  if (maximumPoint.kind === "published") return maximumPoint.arch;
  const { tuple, vocabSize, training: { shape } } = maximumPoint;
  return archOf(tuple, { vocabSize, positions: shape.sequenceLength });
}

function planSearch(setting: Setting, teacher: EncoderArch): Plan["search"] {
  const { search: { space, epsilon, hyperparameters }, trial: { steps, shape, heldOutSequences } } = setting;
  const parameters = analyticParameters(teacher);
  const { candidates, gridSize, spaceSize } = selectCandidates(space, { epsilon, orderBy: parameters });
  const { parts, shape: part } = partsOf(shape, setting);
  const work = { shape: part, steps: steps * parts, heldOutBatches: Math.floor(heldOutSequences / part.batchSize) };
  const batches = work.steps + work.heldOutBatches;
  const batchBytes = 4 * part.batchSize * part.maskedPerSequence * teacher.vocabSize;
  const kept = Math.min(batches, Math.floor(keptLogitsBytes / batchBytes));
  const trials = candidates.length * hyperparameters.length;
  return {
    gridSize, spaceSize,
    candidates: candidates.map((tuple) => ({ tuple, parameters: parameters(tuple) })),
    trials,
    candidateFlops: hyperparameters.length * candidates.reduce((sum, tuple) => sum + trialFlops(archOf(tuple, teacher), work), 0),
    teacherFlops: (kept + trials * (batches - kept)) * part.batchSize * sequenceFlops(teacher, part, "forward"),
    logitsBytes: batches * batchBytes,
  };
}

function planPretraining({ pretraining, sequencesAtOnce: batch }: Setting, teacher: EncoderArch, tuple: ArchTuple): Pick<Plan, "pretraining" | "memoryBytes"> {
  const student = archOf(tuple, teacher);
  const { shape, steps } = pretraining;
  const memory = { sequence: shape.sequenceLength, batch, maskedPositions: shape.maskedPerSequence, heads: { mlm: {} } };
  return {
    pretraining: {
      student: { tuple, parameters: parameterCount(student).total },
      sequences: steps * shape.batchSize,
      studentFlops: pretrainingFlops(student, pretraining),
      teacherFlops: steps * shape.batchSize * sequenceFlops(teacher, shape, "forward"),
    },
    memoryBytes: memoryBytes(teacher, memory).inference + memoryBytes(student, memory).training,
  };
}

/** With the MLM head, which decodes the masked places alone. */
const sequenceFlops = (arch: EncoderArch, { sequenceLength: sequence, maskedPerSequence: maskedPositions }: MlmShape, pass: "forward" | "training"): number =>
  flops(arch, { sequence, maskedPositions, heads: { mlm: {} }, pass }).total;

/** Of the trained model alone; a curriculum of shorter sequences has as many tokens and is counted as if there were none. */
const pretrainingFlops = (arch: EncoderArch, { steps, shape }: PretrainingSetting): number => steps * shape.batchSize * sequenceFlops(arch, shape, "training");
