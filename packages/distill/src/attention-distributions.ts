import * as op from "@bort/graph";
import { meanDivergence } from "@bort/nn";
import { type DistillationTerm } from "./distillation-term.js";
import { type LayerMap, layerPairs } from "./layer-map.js";
import { checkSameHeads } from "./same-heads.js";
import { teacherAt } from "./teacher-at.js";

export interface AttentionDistributionsOptions {
  /** Default 1. */
  readonly weight?: number;
  /** Default `last`. */
  readonly layers?: LayerMap;
  /** Which of the teachers, from 0. Default 0. */
  readonly teacher?: number;
}

/**
 * KL(teacher || student) between attention distributions, in nats: the mean over heads and places, the sum over pairs of layers (Wang et al. 2020,
 * MiniLM, section 3.1). The heads must be as many in both; widths are free.
 */
export function attentionDistributions({ weight = 1, layers = "last", teacher: index = 0 }: AttentionDistributionsOptions = {}): DistillationTerm {
  return {
    name: "attentionDistributions", weight,
    settings: { layers, teacher: index },
    loss: ({ arch, student, teachers }) => {
      const teacher = teacherAt(teachers, index);
      return layerPairs(layers, { student: arch.layers.length, teacher: teacher.arch.layers.length, first: 1 }).map(([from, to]) => {
        checkSameHeads(arch, from, teacher.arch, to, "take selfRelations with a number of relation heads");
        return meanDivergence(student.taps.attentions[from - 1]!.scores, teacher.read(({ taps }) => taps.attentions[to - 1]!.scores));
      }).reduce((sum, divergence) => op.add(sum, divergence));
    },
  };
}
