import * as op from "@bort/graph";
import { type ElementwiseOptimizer } from "@bort/nn";
import { type SparsityPenalty } from "./sparsity-penalty.js";

/**
 * ||alpha||_1 by proximal gradient: a step along the gradient of the loss alone, then towards zero by lr gamma beta, and to zero, exactly, what is nearer (Parikh and Boyd 2014, sections 4.2
 * and 6.5.2). Its learning rate is on another scale than Adam's, because gradients are not divided by their size.
 */
export const proximal = (): SparsityPenalty => ({
  name: "proximal", settings: {}, initial: 1, balance: 1, isRandom: false, learningRate: (steps) => 50 / steps, optimizer: softThresholding(),
  gate: (trained) => trained,
  values: (trained) => trained.slice(),
});

/** p <- sign(q) max(0, |q| - lr decay), where q = p - lr g; the decay is that of the parameter's group. */
export function softThresholding(): ElementwiseOptimizer {
  return {
    name: "soft-thresholding", settings: {}, slots: [], scalars: ["rate", "threshold"],
    update: ({ parameter, gradient, scalars }) => {
      const [there, threshold] = [op.sub(parameter, op.mul(gradient, scalars["rate"]!)), scalars["threshold"]!];
      const [above, below] = [op.sub(there, threshold), op.add(there, threshold)];
      const positive = op.where(op.less(above, 0), 0, above);
      return { parameter: op.where(op.less(below, 0), below, positive), slots: {} };
    },
    scalarsAt: ({ learningRate, gradientScale, decay }) => ({ rate: learningRate * gradientScale, threshold: typeof decay === "number" ? learningRate * decay : 0 }),
  };
}
