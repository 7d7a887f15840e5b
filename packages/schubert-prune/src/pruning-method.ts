import { truncateLayers } from "./truncate-layers.js";
import { truncateSmallest } from "./truncate-smallest.js";
import { truncateUniformly } from "./truncate-uniformly.js";
import { type Truncation } from "./truncation.js";

/** How a network is made smaller: schuBERT's own way, the two that it is compared with, or one without training. */
export interface PruningMethod {
  readonly name: string;
  /** What units are ranked by: prunable parameters, trained first; the slopes of the loss by them, of which nothing is trained; or nothing. */
  readonly values: "alphas" | "none" | "slopes";
  readonly truncate: Truncation;
}

/**
 * `schubert`: the smallest prunable parameters of all dimensions together. `uniform`: every dimension by one factor, alike in all layers, where prunable parameters say which units go and not
 * how many (BERT-all uniform). `layers`: the first layers alone (BERT-l). `slopes`: as schubert's, by the mean |dL / d alpha| of as many batches as prunable parameters would have steps.
 *
 * Source: schuBERT, section 6; for slopes Molchanov et al. 2016, section 2.2, and Michel et al. 2019.
 */
export const pruningMethods: Readonly<Record<"layers" | "schubert" | "slopes" | "uniform", PruningMethod>> = {
  schubert: { name: "schubert", values: "alphas", truncate: truncateSmallest },
  uniform: { name: "uniform", values: "alphas", truncate: truncateUniformly },
  layers: { name: "layers", values: "none", truncate: truncateLayers() },
  slopes: { name: "slopes", values: "slopes", truncate: truncateSmallest },
};
