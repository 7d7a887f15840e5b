import * as op from "@bort/graph";
import { type LayerwiseOptimizer, decayRate } from "./optimizer.js";

export interface LambOptions {
  /** Default 0.9. */
  readonly beta1?: number;
  /** Default 0.999. */
  readonly beta2?: number;
  /** Default 1e-6. */
  readonly epsilon?: number;
  /** Weight decay of the parameters that decay, a part of the direction. Default 0.01. */
  readonly weightDecay?: number;
}

/**
 * LAMB (You et al. 2020, "Large batch optimization for deep learning", algorithm 2, with phi the identity), for every parameter p on its own:
 *
 * m <- b1 m + (1 - b1) g;  v <- b2 v + (1 - b2) g^2;  u = m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + epsilon) + decay p;  p <- p - lr |p| / |u| u
 *
 * Where |p| or |u| is 0 the ratio is 1. The gradient's scale and both bias corrections are folded into scalars.
 */
export function lamb({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-6, weightDecay = 0.01 }: LambOptions = {}): LayerwiseOptimizer {
  return {
    name: "lamb",
    settings: { beta1, beta2, epsilon, weightDecay },
    slots: ["mean", "variance"],
    scalars: ["meanShare", "varianceShare", "meanFactor", "epsilon", "decay"],
    direction: ({ parameter, gradient, slots, scalars }) => {
      const mean = op.add(op.mul(slots["mean"]!, beta1), op.mul(gradient, scalars["meanShare"]!));
      const variance = op.add(op.mul(slots["variance"]!, beta2), op.mul(op.mul(gradient, gradient), scalars["varianceShare"]!));
      const adapted = op.div(op.mul(mean, scalars["meanFactor"]!), op.add(op.sqrt(variance), scalars["epsilon"]!));
      return { direction: op.add(adapted, op.mul(parameter, scalars["decay"]!)), slots: { mean, variance } };
    },
    scalarsAt: ({ update, gradientScale, decay }) => {
      const deviationCorrection = Math.sqrt(1 - beta2 ** update);
      return {
        meanShare: (1 - beta1) * gradientScale,
        varianceShare: (1 - beta2) * gradientScale ** 2,
        meanFactor: deviationCorrection / (1 - beta1 ** update),
        epsilon: epsilon * deviationCorrection,
        decay: decayRate(decay, weightDecay),
      };
    },
    stepSize: ({ learningRate, parameterNorm, directionNorm }) => learningRate * (parameterNorm > 0 && directionNorm > 0 ? parameterNorm / directionNorm : 1),
  };
}
