import { type Shape } from "./predictor.js";

/** A function of shapes that is a sum over layers and over neighbouring layers, so that dynamic programming over the layers finds its least value. */
export interface PairwiseSum {
  readonly constant: number;
  /** What layer `layer`, from 0, adds at a width. */
  unary(layer: number, width: number): number;
  /** What layers `layer` and `layer + 1` add together, at the widths `width` and `next`. */
  pair(layer: number, width: number, next: number): number;
}

/** The sum of all terms at a shape. */
export function evaluatePairwiseSum(sum: PairwiseSum, shape: Shape): number {
  return shape.reduce((total, width, layer) => {
    const next = shape[layer + 1];
    return total + sum.unary(layer, width) + (next === undefined ? 0 : sum.pair(layer, width, next));
  }, sum.constant);
}
