import * as op from "@bort/graph";
import { type ElementwiseOptimizer, decayRate } from "./optimizer.js";

export interface SgdOptions {
  /** Share of the last step that is kept. Default 0: plain gradient descent, as in Bort's section 3.3. */
  readonly momentum?: number;
  /** Decoupled weight decay of the parameters that decay, times the learning rate. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Stochastic gradient descent: v <- momentum v + g;  p <- p - lr (v + decay p) (Sutskever et al. 2013, without Nesterov; the decay is that of
 * Loshchilov and Hutter 2019, algorithm 1).
 */
export function sgd({ momentum = 0, weightDecay = 0 }: SgdOptions = {}): ElementwiseOptimizer {
  return {
    name: "sgd",
    settings: { momentum, ...(weightDecay !== 0 && { weightDecay }) },
    slots: momentum === 0 ? [] : ["velocity"],
    scalars: ["rate", "gradientScale", "keep"],
    update: ({ parameter, gradient, slots, scalars }) => {
      const scaled = op.mul(gradient, scalars["gradientScale"]!);
      const velocity = momentum === 0 ? scaled : op.add(op.mul(slots["velocity"]!, momentum), scaled);
      const kept = op.mul(parameter, scalars["keep"]!);
      return { parameter: op.sub(kept, op.mul(velocity, scalars["rate"]!)), slots: momentum === 0 ? {} : { velocity } };
    },
    scalarsAt: ({ learningRate, gradientScale, decay }) => ({ rate: learningRate, gradientScale, keep: 1 - learningRate * decayRate(decay, weightDecay) }),
  };
}
