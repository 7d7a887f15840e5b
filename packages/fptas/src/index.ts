export { type TupleMeasure, analyticFlops, analyticParameters } from "./analytic-surrogates.js";
export {
  type ErrorContext, extract, type ExtractEvent, type ExtractOptions, type Extraction, type Objectives, type TrainingStep,
} from "./extract.js";
export { FptasError, type FptasErrorCode } from "./fptas-error.js";
export { type Condition, type ConditionStatus, type Guarantee, guaranteeOf, type GuaranteeOptions } from "./guarantee.js";
export { searchFingerprint, type SearchSettings } from "./search-fingerprint.js";
export { selectCandidates, type Selection, type SelectionOptions } from "./select-candidates.js";
export { type FailedTrial, type MeasuredCandidate, type RejectedCandidate, type ScoredTrial, type Trial } from "./trial.js";
export { openTrialLog, readTrialLog, type TrialLog, type TrialLogContents } from "./trial-log.js";
export {
  defaultErrorFloor, type MaximumPoint, type RejectionReason, rejectionOf, type SizeAndLatency, type Surrogates, type WCoefficient, wCoefficient,
  type WCoefficientOptions,
} from "./w-coefficient.js";
export { bortHyperparameters, type CandidateHyperparameters } from "./candidate-training.js";
export { trainingObjectives, type TrainingObjectives, type TrainingObjectivesOptions } from "./training-objectives.js";
