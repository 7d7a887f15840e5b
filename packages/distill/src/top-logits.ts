import * as op from "@bort/graph";
import { type Node, sizeOf } from "@bort/graph";
import { type TopLogits } from "./distillation-term.js";

/** Added to a logit that is not to count: large against any, small enough to leave float32 finite. */
export const NO_MASS = -1e9;

/**
 * The teacher's distribution over k tokens and one bucket of all others, as logits at a temperature: `[rows, k + 1]`.
 *
 * Between such distributions KL is at most that between the whole ones, and equal where at most one token is in the bucket.
 */
export const teacherBuckets = ({ logits, rest }: TopLogits, temperature: number): Node => op.concat([op.mul(logits, 1 / temperature), rest], 1);

/** The student's distribution over the teacher's k tokens and the bucket of all others, as logits: `[rows, vocabulary] -> [rows, k + 1]`. */
export function studentBuckets(student: Node, { places }: TopLogits): Node {
  const flat = op.reshape(student, [sizeOf(student.shape)]);
  const others = op.reshape(op.scatterAdd(flat, places, op.constant(NO_MASS, places.shape)), student.shape); // [rows, vocabulary]
  return op.concat([op.gather(flat, places), logSumExp(others)], 1);
}

/** `[rows, classes] -> [rows, 1]`. */
function logSumExp(x: Node): Node {
  const largest = op.stopGradient(op.reduceMax(x, [-1]));
  return op.add(op.log(op.reduceSum(op.exp(op.sub(x, largest)), [-1])), largest);
}
