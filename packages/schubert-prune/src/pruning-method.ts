import { truncateLayers } from "./truncate-layers.js";
import { truncateSmallest } from "./truncate-smallest.js";
import { truncateUniformly } from "./truncate-uniformly.js";
import { type Truncation } from "./truncation.js";

/** How a network is made smaller: schuBERT's own way, or one of the two that it is compared with. */
export interface PruningMethod {
  readonly name: string;
  /** Whether prunable parameters are trained first. */
  readonly trainsAlphas: boolean;
  readonly truncate: Truncation;
}

/**
 * `schubert`: the smallest prunable parameters of all dimensions together. `uniform`: every dimension by one factor, alike in all layers, where prunable parameters say which units go and not
 * how many (BERT-all uniform). `layers`: the first layers alone (BERT-l).
 *
 * Source: schuBERT, section 6.
 */
export const pruningMethods: Readonly<Record<"layers" | "schubert" | "uniform", PruningMethod>> = {
  schubert: { name: "schubert", trainsAlphas: true, truncate: truncateSmallest },
  uniform: { name: "uniform", trainsAlphas: true, truncate: truncateUniformly },
  layers: { name: "layers", trainsAlphas: false, truncate: truncateLayers() },
};
