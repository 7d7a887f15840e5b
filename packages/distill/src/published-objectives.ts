import { attentionDistributions } from "./attention-distributions.js";
import { attentionMaps } from "./attention-maps.js";
import { type DistillationObjectiveOptions } from "./distillation-objective.js";
import { hiddenStates } from "./hidden-states.js";
import { lastLayer } from "./last-layer.js";
import { selfRelations } from "./self-relations.js";

export type PublishedObjective = Required<Pick<DistillationObjectiveOptions, "mlmWeight" | "terms">>;

/** Weights and losses of published methods, for `distillationObjective`: what they learn before any task. Optimizers and data are the caller's. */
export const publishedObjectives: Readonly<Record<"bort" | "bortAsReleased" | "tinyBert" | "miniLm" | "miniLmV2", PublishedObjective>> = {
  /** Bort, section 4. */
  bort: { mlmWeight: 0.5, terms: [lastLayer()] },
  /** The script that was released with Bort. */
  bortAsReleased: { mlmWeight: 0.1, terms: [lastLayer({ form: "asReleased" })] },
  /** TinyBERT's general distillation, section 3.2: states and attention of all layers, and no logits. */
  tinyBert: { mlmWeight: 0, terms: [hiddenStates(), attentionMaps()] },
  /** MiniLM, sections 3.1 and 3.2: attention and value relation of the last layer. */
  miniLm: { mlmWeight: 0, terms: [attentionDistributions(), selfRelations({ of: ["value"] })] },
  /** MiniLMv2, section 3, on the last layer, with as many relation heads as the student has heads. */
  miniLmV2: { mlmWeight: 0, terms: [selfRelations()] },
};
