import * as op from "@bort/graph";
import { type Optimizer } from "./optimizer.js";

export interface SgdOptions {
  /** Share of the last step that is kept. Default 0: plain gradient descent, as in Bort's section 3.3. */
  readonly momentum?: number;
}

/** Stochastic gradient descent: v <- momentum v + g;  p <- p - lr v (Sutskever et al. 2013, without Nesterov). No weight decay. */
export function sgd({ momentum = 0 }: SgdOptions = {}): Optimizer {
  return {
    name: "sgd",
    settings: { momentum },
    slots: momentum === 0 ? [] : ["velocity"],
    scalars: ["rate", "gradientScale"],
    update: ({ parameter, gradient, slots, scalars }) => {
      const scaled = op.mul(gradient, scalars["gradientScale"]!);
      const velocity = momentum === 0 ? scaled : op.add(op.mul(slots["velocity"]!, momentum), scaled);
      return { parameter: op.sub(parameter, op.mul(velocity, scalars["rate"]!)), slots: momentum === 0 ? {} : { velocity } };
    },
    scalarsAt: ({ learningRate, gradientScale }) => ({ rate: learningRate, gradientScale }),
  };
}
