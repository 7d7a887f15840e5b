import { distillationObjective, publishedObjectives } from "@bort/distill";
import { type Backend } from "@bort/graph";
import { type MlmModel, type PretrainResult, type PretrainingObjective, type TrainingEvent, adamW, mlmObjective, pretrain } from "@bort/nn";
import { type CurvePoint, type LearningCurve } from "./learning-curve.js";
import { type DistillationStudy, archIn, trainingBatches } from "./distillation-study.js";

/** A student to train. */
export interface StudentRun {
  /** Of its first weights and its batches. */
  readonly seed: number;
  /** Peak. */
  readonly learningRate: number;
  /** Default: none, and it learns from its labels alone. */
  readonly teacher?: MlmModel;
}

/** Trains a student with the losses of Bort's section 4, or by its labels alone, and gives its curve; throws what `pretrain` and `distillationObjective` throw. */
export async function trainStudent(
  backend: Backend, study: DistillationStudy, { seed, learningRate, teacher }: StudentRun, onPoint?: (point: CurvePoint) => void,
): Promise<LearningCurve> {
  const { setting: { student, shape, steps, evaluateEvery, schedule, warmupRatio, beta2 }, validation } = study;
  const train = (objective: PretrainingObjective): ReturnType<typeof pretrain> => pretrain({
    backend, shape, steps, learningRate, schedule, warmupRatio, evaluateEvery, validation, seed, objective,
    optimizer: adamW({ beta2 }), arch: archIn(study, student), train: trainingBatches(study, shape, seed),
  });
  if (teacher === undefined) return (await pointsOf(train(mlmObjective()), onPoint)).points;
  const objective = distillationObjective({ backend, teachers: [teacher], ...publishedObjectives.bort });
  try {
    return (await pointsOf(train(objective), onPoint)).points;
  } finally {
    await objective.dispose();
  }
}

/** Runs a training to its end, and gives what was measured on the way. */
export async function pointsOf(
  run: AsyncGenerator<TrainingEvent, PretrainResult>, onPoint: (point: CurvePoint) => void = () => undefined,
): Promise<{ readonly points: LearningCurve; readonly result: PretrainResult }> {
  const points: CurvePoint[] = [];
  for (;;) {
    const { done, value } = await run.next();
    if (done === true) return { points, result: value };
    if (value.type !== "evaluation") continue;
    const point = { step: value.step, loss: value.metrics["validationLoss"]!, accuracy: value.metrics["validationAccuracy"]! };
    points.push(point);
    onPoint(point);
  }
}
