import { maxSequence } from "@bort/arch";
import * as op from "@bort/graph";
import { type Backend, type Program, parameter } from "@bort/graph";
import { type MlmModel, type MlmShape, type PretrainingObjective, distillationLoss, fingerprint, labelLoss, mlmFeeds, mlmNodes } from "@bort/nn";
import { DistillError } from "./distill-error.js";

export interface DistillationSettings {
  /** Weight of the distillation loss. Default 0.5 (Bort, section 4). */
  readonly distillationWeight?: number;
  /** Weight of the masked-language-model loss. Default 0.5; Bort's released script has 0.1. */
  readonly mlmWeight?: number;
  /** Softens teacher and student alike. Default 2 (Bort, section 4). */
  readonly temperature?: number;
}

/** An objective that holds a compiled teacher. */
export interface DistillationObjective extends PretrainingObjective {
  dispose(): Promise<void>;
}

/**
 * mlmWeight * MLM + distillationWeight * T^2 KL(teacher || student), between the last layers at the masked places (Bort, section 4; Hinton et al. 2015).
 * The teacher runs on every batch as it comes, of sequences up to `sequenceLength`. Beside `loss` the graph reports `mlm` and `distillation`.
 *
 * @throws DistillError `distill/bad-option`; `distill/other-vocabulary` when a student of another vocabulary is built on it.
 */
export async function distillationObjective(
  backend: Backend, teacher: MlmModel, { sequenceLength }: Pick<MlmShape, "sequenceLength">, settings: DistillationSettings = {},
): Promise<DistillationObjective> {
  const { distillationWeight = 0.5, mlmWeight = 0.5, temperature = 2 } = settings;
  checkSettings(distillationWeight, mlmWeight, temperature);
  if (sequenceLength > maxSequence(teacher.arch)) {
    throw new DistillError("distill/bad-option", `distill: the teacher reads at most ${maxSequence(teacher.arch)} tokens, got sequences of ${sequenceLength}; shorten them`);
  }
  const { vocabSize } = teacher.arch;
  const programs = new Map<string, Program>();
  const programFor = async (shape: MlmShape): Promise<Program> => {
    const key = JSON.stringify(shape);
    const program = programs.get(key) ?? (await backend.compile({ logits: mlmNodes(teacher.arch, shape).logits }));
    programs.set(key, program);
    return program;
  };
  return {
    settings: { objective: "distillation", distillationWeight, mlmWeight, temperature, teacher: fingerprint(teacher.parameters.flat) },
    graph: (arch, shape) => {
      if (arch.vocabSize !== vocabSize) {
        throw new DistillError("distill/other-vocabulary",
          `distill: student and teacher need one vocabulary, got ${arch.vocabSize} and ${vocabSize} tokens; use the teacher's tokenizer`);
      }
      const { logits, labels, weights } = mlmNodes(arch, shape);
      const mlm = labelLoss(logits, labels, weights);
      const distillation = distillationLoss({ student: logits, teacher: parameter("teacherLogits", logits.shape), weights, temperature });
      return { loss: op.add(op.mul(mlm, mlmWeight), op.mul(distillation, distillationWeight)), mlm, distillation };
    },
    feeds: async (batch, shape) => {
      const program = await programFor(shape);
      const { logits } = await program.run({ ...teacher.parameters.views, ids: batch.ids, positions: batch.positions });
      return { ...mlmFeeds(batch), teacherLogits: logits!.data };
    },
    dispose: async () => {
      for (const program of programs.values()) await program.dispose();
    },
  };
}

function checkSettings(distillationWeight: number, mlmWeight: number, temperature: number): void {
  const sound = distillationWeight > 0 && mlmWeight >= 0 && temperature > 0 && [distillationWeight, mlmWeight, temperature].every(Number.isFinite);
  if (sound) return;
  const got = `${distillationWeight}, ${mlmWeight} and ${temperature}`;
  throw new DistillError("distill/bad-option", `distill: needs distillationWeight > 0, mlmWeight >= 0 and temperature > 0, got ${got}; the defaults are 0.5, 0.5 and 2`);
}
