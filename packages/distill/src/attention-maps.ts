import * as op from "@bort/graph";
import { type Node } from "@bort/graph";
import { type MlmNodes, meanSquaredError } from "@bort/nn";
import { type DistillationTerm } from "./distillation-term.js";
import { type LayerMap, layerPairs } from "./layer-map.js";
import { checkSameHeads } from "./same-heads.js";
import { teacherAt } from "./teacher-at.js";

export interface AttentionMapsOptions {
  /** Default 1 (TinyBERT, section 4.2). */
  readonly weight?: number;
  /** Default `uniform`. */
  readonly layers?: LayerMap;
  /** `scores`: before the softmax, as in TinyBERT, which found that this converges faster and ends better. `probabilities`: after it. Default `scores`. */
  readonly compare?: "scores" | "probabilities";
  /** `same`: head by head, which needs as many in both. `mean`: the mean over the heads of each, however many they have. Default `same`. */
  readonly heads?: "same" | "mean";
  /** Which of the teachers, from 0. Default 0. */
  readonly teacher?: number;
}

/** The sum over pairs of layers of the mean squared error between their attention, at every pair of places (Jiao et al. 2020, TinyBERT, eq. 7). */
export function attentionMaps(options: AttentionMapsOptions = {}): DistillationTerm {
  const { weight = 1, layers = "uniform", compare = "scores", heads = "same", teacher: index = 0 } = options;
  const mapOf = ({ taps }: MlmNodes, layer: number): Node => {
    const { scores, weights } = taps.attentions[layer - 1]!;
    const map = compare === "scores" ? scores : weights; // [batch, heads, sequence, sequence]
    return heads === "mean" ? op.reduceMean(map, [1]) : map;
  };
  return {
    name: "attentionMaps", weight,
    settings: { layers, compare, heads, teacher: index },
    loss: ({ arch, student, teachers }) => {
      const teacher = teacherAt(teachers, index);
      return layerPairs(layers, { student: arch.layers.length, teacher: teacher.arch.layers.length, first: 1 }).map(([from, to]) => {
        if (heads === "same") checkSameHeads(arch, from, teacher.arch, to, 'take heads: "mean"');
        return meanSquaredError(mapOf(student, from), teacher.read((nodes) => mapOf(nodes, to)));
      }).reduce((sum, error) => op.add(sum, error));
    },
  };
}
