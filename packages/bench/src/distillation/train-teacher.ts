import { type Backend } from "@bort/graph";
import { type MlmModel, adamW, pretrain, shortFirst } from "@bort/nn";
import { type CurvePoint } from "./learning-curve.js";
import { type DistillationStudy, archIn, trainingBatches } from "./distillation-study.js";
import { pointsOf } from "./train-student.js";

/** Seed of the teacher's first weights and batches: of no student. */
const TEACHER_SEED = 1000;

export interface TrainTeacherOptions {
  readonly backend: Backend;
  readonly study: DistillationStudy;
  /** Where the training is kept: called again, it goes on, or gives the teacher that is done. */
  readonly folder: string;
  readonly onPoint?: (point: CurvePoint) => void;
}

/** A teacher, and how well it does. */
export interface TrainedTeacher extends CurvePoint {
  readonly model: MlmModel;
  /** Time in training steps. */
  readonly seconds: number;
}

/** Pre-trains the teacher, on short sequences first and with a rate that falls to 0; throws what `pretrain` throws. */
export async function trainTeacher({ backend, study, folder, onPoint }: TrainTeacherOptions): Promise<TrainedTeacher> {
  const { setting: { teacher, shape, teacherSteps: steps, teacherLearningRate: learningRate, beta2 }, validation } = study;
  const run = pretrain({
    backend, shape, steps, learningRate, validation, arch: archIn(study, teacher), train: trainingBatches(study, shape, TEACHER_SEED), seed: TEACHER_SEED,
    optimizer: adamW({ beta2 }),
    curriculum: shortFirst(shape, (short) => trainingBatches(study, short, TEACHER_SEED)),
    checkpoint: { folder, every: Math.max(1, Math.ceil(steps / 20)), resume: true },
  });
  const { points, result: { model, summary } } = await pointsOf(run, onPoint);
  return { ...points.at(-1)!, model, seconds: summary.seconds };
}
