import { type EncoderArch } from "@bort/arch";
import { DistillError } from "./distill-error.js";

/** Throws DistillError `distill/bad-option` unless layer `own` of the student has as many heads as layer `taught` of the teacher, both from 1. */
export function checkSameHeads(student: EncoderArch, own: number, teacher: EncoderArch, taught: number, remedy: string): void {
  const [a, b] = [student.layers[own - 1]!.heads, teacher.layers[taught - 1]!.heads];
  if (a === b) return;
  throw new DistillError("distill/bad-option",
    `distill: attention is compared head by head, and layer ${own} of the student has ${a} heads where layer ${taught} of the teacher has ${b}; ${remedy}`);
}
