import { DistillError } from "./distill-error.js";

/** Teacher `index`, from 0; throws DistillError `distill/bad-option` where there is none. */
export function teacherAt<T>(teachers: readonly T[], index: number): T {
  const teacher = teachers[index];
  if (teacher === undefined) {
    throw new DistillError("distill/bad-option", `distill: there is no teacher ${index}, there are ${teachers.length}, counted from 0; name one of them`);
  }
  return teacher;
}
