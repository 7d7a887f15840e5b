import { type Backend } from "@bort/graph";
import { type MlmModel } from "@bort/nn";
import { type FinishedRuns } from "../finished-runs.js";
import { type ArmComparison, type ArmPair, compareArms } from "./compare-arms.js";
import { type DistillationStudy } from "./distillation-study.js";
import { type CurvePoint, type LearningCurve, smoothAccuracy } from "./learning-curve.js";
import { type StudentRun, trainStudent } from "./train-student.js";

/** Seed of the students that the learning rate is chosen by: of no other. */
const RATE_SEED = 99;

export interface CompareStudentsOptions {
  readonly backend: Backend;
  readonly study: DistillationStudy;
  readonly teacher: MlmModel;
  /** Where finished runs are found and kept. */
  readonly runs: FinishedRuns<LearningCurve>;
  /** Told of each evaluation. Default: nobody wants to know. */
  readonly onPoint?: (run: string, point: CurvePoint) => void;
}

/** A rate that was tried, with the end of the smoothed accuracy without a teacher. */
export interface TriedRate {
  readonly learningRate: number;
  readonly accuracy: number;
}

/** All students of a study. */
export interface ComparedStudents {
  /** Of both ways. */
  readonly learningRate: number;
  readonly tried: readonly TriedRate[];
  readonly pairs: readonly ArmPair[];
  readonly comparison: ArmComparison;
}

/**
 * Chooses the learning rate that is best without a teacher, and trains a student of each seed without and with one, from the same weights on the same batches.
 *
 * Throws what `trainStudent` throws.
 */
export async function compareStudents({ backend, study, teacher, runs, onPoint = () => undefined }: CompareStudentsOptions): Promise<ComparedStudents> {
  const { seeds, learningRates } = study.setting;
  const curve = (name: string, run: StudentRun): Promise<LearningCurve> => runs.run(name, () => trainStudent(backend, study, run, (point) => onPoint(name, point)));
  const tried: TriedRate[] = [];
  for (const learningRate of learningRates) {
    const points = await curve(`rate ${learningRate}`, { seed: RATE_SEED, learningRate });
    tried.push({ learningRate, accuracy: smoothAccuracy(points).at(-1)![1] });
  }
  const { learningRate } = tried.reduce((best, next) => (next.accuracy > best.accuracy ? next : best));
  const pairs: ArmPair[] = [];
  for (const seed of seeds) {
    const selfSupervised = await curve(`self-supervised, seed ${seed}`, { seed, learningRate });
    const distilled = await curve(`distilled, seed ${seed}`, { seed, learningRate, teacher });
    pairs.push({ seed, selfSupervised, distilled });
  }
  return { learningRate, tried, pairs, comparison: compareArms(pairs) };
}
