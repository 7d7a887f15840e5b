import { type EncoderArch } from "@bort/arch";
import * as op from "@bort/graph";
import { meanSquaredError, mlmNodes } from "@bort/nn";
import { type DistillationTerm } from "./distillation-term.js";
import { type LayerMap, layerPairs } from "./layer-map.js";
import { teacherAt } from "./teacher-at.js";

export interface HiddenStatesOptions {
  /** Default 1 (TinyBERT, section 4.2). */
  readonly weight?: number;
  /** Pairs may have the embeddings as 0. Default `uniform`. */
  readonly layers?: LayerMap;
  /** Whether `uniform` has the embeddings among the layers. Default true. */
  readonly embeddings?: boolean;
  /** Which of the teachers, from 0. Default 0. */
  readonly teacher?: number;
}

/**
 * The sum over pairs of layers of the mean squared error between their states, at every place (Jiao et al. 2020, TinyBERT, eq. 8, and 9 for
 * the embeddings).
 *
 * Where the widths differ, the student's state is multiplied by a matrix W of the pair's own: MSE(H_student W^T, H_teacher), W `[teacher, student]`.
 */
export function hiddenStates({ weight = 1, layers = "uniform", embeddings = true, teacher: index = 0 }: HiddenStatesOptions = {}): DistillationTerm {
  const first = embeddings || (layers !== "uniform" && layers !== "last") ? 0 : 1;
  const pairsOf = (student: EncoderArch, teacher: EncoderArch): ReturnType<typeof layerPairs> =>
    layerPairs(layers, { student: student.layers.length, teacher: teacher.layers.length, first });
  return {
    name: "hiddenStates", weight,
    settings: { layers, embeddings, teacher: index },
    parameters: (student, teachers) => {
      const teacher = teacherAt(teachers, index);
      const [own, taught] = [widthsOf(student), widthsOf(teacher)];
      return pairsOf(student, teacher).filter(([from, to]) => own[from] !== taught[to])
        .map(([from, to]) => ({ name: projectionName(from, to), shape: [taught[to]!, own[from]!], init: "normal", decay: true }));
    },
    loss: ({ arch, student, teachers, parameters }) => {
      const teacher = teacherAt(teachers, index);
      return pairsOf(arch, teacher.arch).map(([from, to]) => {
        const state = student.taps.states[from]!; // [batch * sequence, width]
        const target = teacher.read(({ taps }) => taps.states[to]!);
        const fits = state.shape[1] === target.shape[1];
        return meanSquaredError(fits ? state : op.matmul(state, parameters(projectionName(from, to)), { transposeB: true }), target);
      }).reduce((sum, error) => op.add(sum, error));
    },
  };
}

const projectionName = (from: number, to: number): string => `projection.${from}.${to}`;

/** Widths of the embeddings and of what leaves each layer. */
const widthsOf = (arch: EncoderArch): number[] =>
  mlmNodes(arch, { batchSize: 1, sequenceLength: 1, maskedPerSequence: 1 }).taps.states.map(({ shape }) => shape[1]!);
