import * as op from "@bort/graph";
import { type Node, sizeOf } from "@bort/graph";

/** sum(weights * values) / sum(weights): `[rows], [rows] -> scalar`. */
export const weightedMean = (values: Node, weights: Node): Node => op.div(op.sumAll(op.mul(values, weights)), op.sumAll(weights));

/** Mean cross-entropy in nats against hard labels: `[rows, classes], i32[rows], [rows] -> scalar`. */
export const labelLoss = (logits: Node, labels: Node, weights: Node): Node => weightedMean(op.crossEntropy(logits, labels), weights);

/** Mean cross-entropy in nats against soft labels, a distribution for each row: `[rows, classes], [rows, classes], [rows] -> scalar`. */
export const softLabelLoss = (logits: Node, distributions: Node, weights: Node): Node =>
  weightedMean(op.reshape(crossEntropyFrom(distributions, logits), weights.shape), weights);

/** Mean squared error of values: `[rows, 1], [rows], [rows] -> scalar`. */
export function valueLoss(outputs: Node, values: Node, weights: Node): Node {
  const difference = op.sub(op.reshape(outputs, values.shape), values);
  return weightedMean(op.mul(difference, difference), weights);
}

/** KL(softmax(teacher) || softmax(student)) of each row, in nats: `[..., classes], [..., classes] -> [..., 1]`; no gradient flows into the teacher. */
export function rowDivergence(student: Node, teacher: Node): Node {
  const target = op.stopGradient(op.logSoftmax(teacher));
  return op.reduceSum(op.mul(op.exp(target), op.sub(target, op.logSoftmax(student))), [-1]);
}

/** -sum softmax(teacher) log softmax(student) of each row, in nats: `[..., classes], [..., classes] -> [..., 1]`; no gradient flows into the teacher. */
export const rowCrossEntropy = (student: Node, teacher: Node): Node => crossEntropyFrom(op.stopGradient(op.softmax(teacher)), student);

/** -sum p log softmax(logits) of each row, in nats: `[..., classes], [..., classes] -> [..., 1]`. */
const crossEntropyFrom = (distributions: Node, logits: Node): Node => op.neg(op.reduceSum(op.mul(distributions, op.logSoftmax(logits)), [-1]));

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
  const divergence = rowDivergence(op.mul(student, 1 / temperature), op.mul(teacher, 1 / temperature)); // [rows, 1]
  return op.mul(weightedMean(op.reshape(divergence, weights.shape), weights), temperature ** 2);
}

/** Cross-entropy between two last layers, in nats: the surrogate error of Bort's section 3.3. */
export const lastLayerCrossEntropy = ({ student, teacher, weights }: Omit<DistillationInputs, "temperature">): Node =>
  weightedMean(op.reshape(rowCrossEntropy(student, teacher), weights.shape), weights);

/** Mean of the squared differences of all elements; no gradient flows into the teacher. */
export function meanSquaredError(student: Node, teacher: Node): Node {
  const difference = op.sub(student, op.stopGradient(teacher));
  return op.div(op.sumAll(op.mul(difference, difference)), sizeOf(difference.shape));
}

/** Mean of {@link rowDivergence} over all rows, in nats. */
export function meanDivergence(student: Node, teacher: Node): Node {
  const divergence = rowDivergence(student, teacher);
  return op.div(op.sumAll(divergence), sizeOf(divergence.shape));
}
