import { type MlmModel, type PretrainOptions, type PretrainResult, type TrainingEvent, pretrain } from "@bort/nn";
import { type DistillationSettings, distillationObjective } from "./distillation-objective.js";

/** How to pre-train a student: as without a teacher, but for the objective. */
export interface DistillOptions extends Omit<PretrainOptions, "objective">, DistillationSettings {
  /** A pre-trained model with the student's vocabulary. */
  readonly teacher: MlmModel;
}

/** Pre-trains a fresh student by knowledge distillation; `evaluation` events carry `validationLoss`, the student's MLM loss in nats. Throws what `pretrain` does. */
export async function* distill(options: DistillOptions): AsyncGenerator<TrainingEvent, PretrainResult> {
  const objective = await distillationObjective(options.backend, options.teacher, options.shape, options);
  try {
    return yield* pretrain({ ...options, objective });
  } finally {
    await objective.dispose();
  }
}
