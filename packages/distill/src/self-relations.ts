import * as op from "@bort/graph";
import { type Node } from "@bort/graph";
import { type MlmNodes, type MlmShape, meanDivergence } from "@bort/nn";
import { DistillError } from "./distill-error.js";
import { type DistillationTerm } from "./distillation-term.js";
import { type LayerMap, layerPairs } from "./layer-map.js";
import { teacherAt } from "./teacher-at.js";

/** What attention reads. */
export type RelationKind = "query" | "key" | "value";

export interface SelfRelationsOptions {
  /** Default 1. */
  readonly weight?: number;
  /** Default all three (MiniLMv2); `["value"]` is the value relation of MiniLM. */
  readonly of?: readonly RelationKind[];
  /**
   * Into how many parts the vectors of all heads, side by side, are cut; it must divide their width in both. MiniLMv2 takes 48 for a base teacher
   * and 64 for a large one. Default: the heads of the student's layer.
   */
  readonly relationHeads?: number;
  /** Default `last`; MiniLMv2 takes an upper-middle layer of a large teacher: `[[6, 19]]` for 6 layers and RoBERTa-large. */
  readonly layers?: LayerMap;
  /** Which of the teachers, from 0. Default 0. */
  readonly teacher?: number;
}

/**
 * KL(teacher || student) between softmax(X X^T / sqrt(d)) for X the queries, keys or values of a layer, cut into relation heads of width d: the mean over
 * relation heads and places, the sum over kinds and pairs of layers, in nats (Wang et al. 2021, MiniLMv2, section 3; MiniLM, section 3.2).
 */
export function selfRelations(options: SelfRelationsOptions = {}): DistillationTerm {
  const { weight = 1, of: kinds = ["query", "key", "value"], relationHeads, layers = "last", teacher: index = 0 } = options;
  if (kinds.length === 0) throw new DistillError("distill/bad-option", "distill: self-relations need at least one of query, key and value, got none; leave `of` out for all");
  return {
    name: "selfRelations", weight,
    settings: { of: kinds, layers, teacher: index, ...(relationHeads !== undefined && { relationHeads }) },
    loss: ({ arch, shape, student, teachers }) => {
      const teacher = teacherAt(teachers, index);
      return layerPairs(layers, { student: arch.layers.length, teacher: teacher.arch.layers.length, first: 1 }).flatMap(([from, to]) => {
        const heads = relationHeads ?? arch.layers[from - 1]!.heads;
        return kinds.map((kind) => meanDivergence(relations(student, kind, from, heads, shape), teacher.read((nodes) => relations(nodes, kind, to, heads, shape))));
      }).reduce((sum, divergence) => op.add(sum, divergence));
    },
  };
}

/** X X^T / sqrt(d) for each relation head: `[batch, heads, sequence, sequence]`. */
function relations({ taps }: MlmNodes, kind: RelationKind, layer: number, heads: number, { batchSize, sequenceLength }: MlmShape): Node {
  const vectors = taps.attentions[layer - 1]![kind]; // [batch * sequence, width]
  const size = vectors.shape[1]! / heads;
  if (!(Number.isInteger(heads) && heads >= 1 && Number.isInteger(size))) {
    throw new DistillError("distill/bad-option",
      `distill: relation heads must divide the width of all heads' vectors, got ${heads} heads and a ${kind} width of ${vectors.shape[1]}; choose a common divisor`);
  }
  const split = op.transpose(op.reshape(vectors, [batchSize, sequenceLength, heads, size]), [0, 2, 1, 3]);
  return op.matmul(split, split, { transposeB: true, alpha: 1 / Math.sqrt(size) });
}
