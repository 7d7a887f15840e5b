import { type PretrainOptions, type PretrainResult, type TrainingEvent, pretrain } from "@bort/nn";
import { type DistillationTerm } from "./distillation-term.js";
import { type Teacher, distillationObjective } from "./distillation-objective.js";
import { lastLayer } from "./last-layer.js";

/** How to pre-train a student: as without a teacher, but for the objective. */
export interface DistillOptions extends Omit<PretrainOptions, "objective"> {
  /** One or several, with the student's vocabulary. */
  readonly teacher: Teacher | readonly Teacher[];
  /** Weight of the last layer's loss. Default 0.5 (Bort, section 4). */
  readonly distillationWeight?: number;
  /** Weight of the masked-language-model loss. Default 0.5; Bort's released script has 0.1. */
  readonly mlmWeight?: number;
  /** Softens teacher and student alike. Default 2 (Bort, section 4). */
  readonly temperature?: number;
  /** Losses beside that between last layers. Default: none. */
  readonly terms?: readonly DistillationTerm[];
}

/**
 * Pre-trains a student, fresh or of given weights, by knowledge distillation; `evaluation` events carry the student's MLM loss and accuracy, as those of `pretrain` do. Throws what
 * `pretrain` and {@link distillationObjective} do; the latter alone has every form of every loss.
 */
export async function* distill(options: DistillOptions): AsyncGenerator<TrainingEvent, PretrainResult> {
  const { backend, teacher, distillationWeight = 0.5, mlmWeight = 0.5, temperature = 2, terms = [] } = options;
  const objective = distillationObjective({
    backend, mlmWeight, teachers: "length" in teacher ? teacher : [teacher], terms: [lastLayer({ weight: distillationWeight, temperature }), ...terms],
  });
  try {
    return yield* pretrain({ ...options, objective });
  } finally {
    await objective.dispose();
  }
}
