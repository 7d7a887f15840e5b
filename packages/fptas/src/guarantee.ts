import { maximumPointCondition } from "./certificate.js";
import { type Condition } from "./condition.js";
import { depthCondition } from "./weak-conditions.js";

/** What the theory says about a search, and how far this run meets its premises. */
export interface Guarantee {
  /** |1 - epsilon|, the bound on the error rho as printed; it is claimed only where every condition is met, and at epsilon 2 or more it is 1 or more. */
  readonly printedErrorBound: number;
  readonly conditions: readonly Condition[];
}

export interface GuaranteeOptions {
  readonly epsilon: number;
  /** The depths of the space, in any order. */
  readonly depths: readonly number[];
  /** Candidates that lay beyond the maximum point. */
  readonly rejected: number;
  /** Norm at which the training clips gradients. Default: it is not known to clip. */
  readonly gradientClip?: number;
}

/**
 * States which premises of the theorem a search met: the strong AB^nC property, and a maximum point above every candidate.
 *
 * Source: de Wynter 2020 (arXiv 2010.08512); Bort, appendices B and C.
 */
export function guaranteeOf(options: GuaranteeOptions): Guarantee {
  return {
    printedErrorBound: Math.abs(1 - options.epsilon),
    conditions: [
      maximumPointCondition(options.rejected),
      depthCondition(options.depths),
      {
        name: "layers dominate",
        status: "unchecked",
        note: "the embedding and the output must be bounded by any layer in parameters and time; Bort's lemma 3 argues so asymptotically, no finite network shows it",
      },
      {
        name: "loss bounded below",
        status: "by-construction",
        note: "an error below 0 fails its trial",
      },
      gradientCondition(options.gradientClip),
      {
        name: "loss L-Lipschitz smooth",
        status: "unchecked",
        note: "Bort's theorem 1 argues so for weights in a compact set; a run cannot show it",
      },
    ],
  };
}

function gradientCondition(gradientClip: number | undefined): Condition {
  const name = "bounded stochastic gradients";
  return gradientClip === undefined
    ? { name, status: "unchecked", note: "the training is not known to clip its gradients" }
    : { name, status: "by-construction", note: `gradients are clipped at norm ${gradientClip}` };
}
