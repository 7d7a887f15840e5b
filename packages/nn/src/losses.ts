import * as op from "@bort/graph";
import { type Node } from "@bort/graph";

/** sum(weights * values) / sum(weights): `[rows], [rows] -> scalar`. */
export const weightedMean = (values: Node, weights: Node): Node => op.div(op.sumAll(op.mul(values, weights)), op.sumAll(weights));

/** Mean cross-entropy in nats against hard labels: `[rows, classes], i32[rows], [rows] -> scalar`. */
export const labelLoss = (logits: Node, labels: Node, weights: Node): Node => weightedMean(op.crossEntropy(logits, labels), weights);

/** What {@link distillationLoss} compares, row by row. */
export interface DistillationInputs {
  /** `[rows, classes]`. */
  readonly student: Node;
  /** `[rows, classes]`; no gradient flows into it. */
  readonly teacher: Node;
  /** `[rows]`. */
  readonly weights: Node;
  /** Softens both distributions. */
  readonly temperature: number;
}

/** KL(teacher || student) at a temperature, times the temperature squared, in nats (Hinton et al. 2015; Bort's released code). */
export function distillationLoss({ student, teacher, weights, temperature }: DistillationInputs): Node {
  const target = op.stopGradient(op.logSoftmax(op.mul(teacher, 1 / temperature)));
  const surprise = op.sub(target, op.logSoftmax(op.mul(student, 1 / temperature)));
  const divergence = op.reduceSum(op.mul(op.exp(target), surprise), [-1]); // [rows, 1]
  return op.mul(weightedMean(op.reshape(divergence, weights.shape), weights), temperature ** 2);
}

/** Cross-entropy between two last layers, -sum p_teacher log p_student, in nats: the surrogate error of Bort's section 3.3. */
export function lastLayerCrossEntropy({ student, teacher, weights }: Omit<DistillationInputs, "temperature">): Node {
  const surprise = op.neg(op.reduceSum(op.mul(op.stopGradient(op.softmax(teacher)), op.logSoftmax(student)), [-1]));
  return weightedMean(op.reshape(surprise, weights.shape), weights);
}
