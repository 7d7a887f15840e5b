import * as op from "@bort/graph";
import { type Node } from "@bort/graph";
import { weightedMean } from "./losses.js";

/** Share of the rows, by their weights, whose label has the largest logit, alone or not: `[rows, classes], i32[rows], [rows] -> scalar`. */
export function labelAccuracy(logits: Node, labels: Node, weights: Node): Node {
  const [rows, classes] = logits.shape as [number, number];
  const firsts = op.constant(Array.from({ length: rows }, (_, row) => row * classes), [rows], "i32");
  const ofLabels = op.gather(op.reshape(logits, [rows * classes, 1]), op.add(firsts, labels)); // [rows, 1]
  const isRight = op.cast(op.equal(ofLabels, op.reduceMax(logits, [-1])), "f32");
  return weightedMean(op.reshape(isRight, [rows]), weights);
}
