import * as op from "@bort/graph";
import { type ElementwiseOptimizer, decayRate } from "./optimizer.js";

export interface AdamWOptions {
  /** Default 0.9. */
  readonly beta1?: number;
  /** Default 0.999. */
  readonly beta2?: number;
  /** Default 1e-6, Bort's. */
  readonly epsilon?: number;
  /** Decoupled weight decay of the parameters that decay, times the learning rate. Default 0.01. */
  readonly weightDecay?: number;
}

/**
 * AdamW (Loshchilov and Hutter 2019, algorithm 2):
 *
 * m <- b1 m + (1 - b1) g;  v <- b2 v + (1 - b2) g^2;  p <- p - lr (m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + epsilon) + decay p)
 *
 * The gradient's scale and both bias corrections are folded into scalars.
 */
export function adamW({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-6, weightDecay = 0.01 }: AdamWOptions = {}): ElementwiseOptimizer {
  return {
    name: "adamw",
    settings: { beta1, beta2, epsilon, weightDecay },
    slots: ["mean", "variance"],
    scalars: ["meanShare", "varianceShare", "rate", "epsilon", "keep"],
    update: ({ parameter, gradient, slots, scalars }) => {
      const mean = op.add(op.mul(slots["mean"]!, beta1), op.mul(gradient, scalars["meanShare"]!));
      const variance = op.add(op.mul(slots["variance"]!, beta2), op.mul(op.mul(gradient, gradient), scalars["varianceShare"]!));
      const direction = op.div(mean, op.add(op.sqrt(variance), scalars["epsilon"]!));
      return { parameter: op.sub(op.mul(parameter, scalars["keep"]!), op.mul(direction, scalars["rate"]!)), slots: { mean, variance } };
    },
    scalarsAt: ({ update, learningRate, gradientScale, decay }) => {
      const deviationCorrection = Math.sqrt(1 - beta2 ** update);
      return {
        meanShare: (1 - beta1) * gradientScale,
        varianceShare: (1 - beta2) * gradientScale ** 2,
        rate: (learningRate * deviationCorrection) / (1 - beta1 ** update),
        epsilon: epsilon * deviationCorrection,
        keep: 1 - learningRate * decayRate(decay, weightDecay),
      };
    },
  };
}
