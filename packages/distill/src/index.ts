export { distill, type DistillOptions } from "./distill.js";
export { distillationObjective, type DistillationObjective, type DistillationSettings } from "./distillation-objective.js";
export { DistillError, type DistillErrorCode } from "./distill-error.js";
