export { agora } from "./agora.js";
export { AgoraError, type AgoraErrorCode } from "./agora-error.js";
export { type AgoraEvent, type AgoraRecord, type AgoraResult, type RoundSummary, type TrainingPlace } from "./agora-events.js";
export { type AgoraOptions, type Replay, type Socrates, type Tau, type TimaeusResult, type TimaeusTask } from "./agora-options.js";
export { balanceCondition, binaryCondition, type Condition, type ConditionStatus, SOCRATES_ACCURACY, socratesCondition } from "./conditions.js";
export { type BortSet, type ConvergentSet, convergentSets, grid, type HyperparameterSet, paperTheta, repositoryTheta } from "./hyperparameter-sets.js";
export { lcsRoot, type LcsRootOptions, prune, type PruneRule, rankPrefix, worstOnly } from "./prune-rule.js";
