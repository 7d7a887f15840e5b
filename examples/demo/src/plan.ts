import { type ArchFrame, type ArchTuple, archOf, flops, type GridSpace } from "@bort/arch";
import { demo } from "@bort/fptas";
import { type MlmShape } from "@bort/nn";

/** The teacher, which is the maximum point of the search. */
export const teacherTuple: ArchTuple = [4, 4, 128, 512];

/** The space that is searched: every combination, 36 in all. */
export const space: GridSpace = demo.search.space;

export const epsilon: number = demo.search.epsilon;
export const vocabSize = 2048;
export const shape: MlmShape = demo.training.shape;
export const finetuneBatchSize = 32;

/** Training steps of each part. */
export interface Plan {
  readonly teacher: number;
  /** n of the FPTAS, per candidate. */
  readonly candidate: number;
  /** Of the student, and as many of its undistilled twin. */
  readonly student: number;
  /** Per model. */
  readonly finetune: number;
}

const steps: Plan = { teacher: 2400, candidate: demo.training.steps, student: 1200, finetune: 250 };

/** The plan times a factor, with a floor below which the parts stop making sense. */
export const planAt = (scale: number): Plan => ({
  teacher: Math.max(20, Math.round(steps.teacher * scale)),
  candidate: Math.max(3, Math.round(steps.candidate * scale)),
  student: Math.max(20, Math.round(steps.student * scale)),
  finetune: Math.max(10, Math.round(steps.finetune * scale)),
});

/** Time that does not depend on the plan: reading the prose, the vocabulary, compiling, measuring latencies, evaluating. */
const FIXED_SECONDS = 45;

/** The factor at which everything takes about so many minutes, where one step of the teacher takes `teacherStepSeconds`. */
export function scaleFor(minutes: number, teacherStepSeconds: number, frame: ArchFrame): number {
  return Math.max(0.01, (60 * minutes - FIXED_SECONDS) / (teacherStepsWorth(frame) * teacherStepSeconds));
}

/** What the plan at scale 1 costs, in steps of the teacher; the winner is not known yet and is taken to cost a quarter. */
function teacherStepsWorth(frame: ArchFrame): number {
  const cost = (tuple: ArchTuple): number => flops(archOf(tuple, frame), { sequence: shape.sequenceLength, heads: { mlm: {} }, maskedPositions: shape.maskedPerSequence }).total;
  const candidates = [...space.valid()];
  const meanCandidate = candidates.reduce((sum, tuple) => sum + cost(tuple), 0) / candidates.length / cost(teacherTuple);
  const teacherForward = 1 / 3;
  const student = 0.25;
  const search = (candidates.length / epsilon) * steps.candidate * (meanCandidate + 0.1);
  const withTeacher = student + teacherForward; // Twice: the student, and the twin that is given the same time.
  return steps.teacher + search + steps.student * (2 * withTeacher + student) + steps.finetune * (1 + 2 * student);
}
