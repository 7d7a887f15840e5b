import { DistillError } from "./distill-error.js";

/**
 * Which layer of the student learns from which of the teacher.
 *
 * `uniform`: layer m of M from layer round(m N / M) of N (TinyBERT, section 4.2: 3 m of 12). `last`: the last from the last. Or pairs `[student, teacher]`, counted
 * from 1; 0 is the embeddings.
 */
export type LayerMap = "uniform" | "last" | readonly (readonly [student: number, teacher: number])[];

export interface Depths {
  readonly student: number;
  readonly teacher: number;
  /** The lowest layer that counts: 0 with the embeddings, 1 without. */
  readonly first: 0 | 1;
}

/**
 * The pairs of a map.
 *
 * @throws DistillError `distill/bad-option` for no pairs, or a layer that is not there.
 */
export function layerPairs(map: LayerMap, { student, teacher, first }: Depths): readonly (readonly [student: number, teacher: number])[] {
  if (map === "last") return [[student, teacher]];
  if (map === "uniform") return Array.from({ length: student + 1 - first }, (_, i) => [i + first, Math.round(((i + first) * teacher) / student)] as const);
  const lies = (layer: number, depth: number): boolean => Number.isInteger(layer) && layer >= first && layer <= depth;
  if (map.length === 0 || !map.every(([own, taught]) => lies(own, student) && lies(taught, teacher))) {
    throw new DistillError("distill/bad-option",
      `distill: layers need pairs of a student's layer in [${first}, ${student}] and a teacher's in [${first}, ${teacher}], got ${JSON.stringify(map)}; correct the pairs`);
  }
  return map;
}
