export { type TupleMeasure, analyticFlops, analyticParameters } from "./analytic-surrogates.js";
export { type Certificate, certificateOf, type Cost, type SearchCost, type StepsBound } from "./certificate.js";
export { type CertifiedRun } from "./certified-run.js";
export { type Condition, type ConditionStatus } from "./condition.js";
export { exhaustiveSearch } from "./exhaustive-search.js";
export { extract, type ExtractEvent, type ExtractOptions, type Extraction } from "./extract.js";
export { FptasError, type FptasErrorCode } from "./fptas-error.js";
export { searchExecutor, type SearchExecutor, type TrainingTask } from "./search-executor.js";
export { type ErrorContext, type Objectives, type TrainingStep } from "./objectives.js";
export { paretoFront } from "./pareto-front.js";
export { certificateSummary, certificateVerdict, printCertificate } from "./print-certificate.js";
export { bortPaper, demo, type SearchPreset } from "./presets.js";
export { randomSearch, type RandomSearchOptions } from "./random-search.js";
export { regularizedEvolution, type RegularizedEvolutionOptions } from "./regularized-evolution.js";
export { type SearchEvent, type SearchOptions, type SearchProgress, type SearchResult } from "./search.js";
export { selectCandidates, type Selection, type SelectionOptions } from "./select-candidates.js";
export { successiveHalving, type SuccessiveHalvingOptions } from "./successive-halving.js";
export { type FailedTrial, type MeasuredCandidate, type Proposal, type RejectedCandidate, type ScoredTrial, type Trial } from "./trial.js";
export { separation, type Separation, type SeparationOptions } from "./separation.js";
export { type StepMovement, type StepObservation } from "./step-observation.js";
export { studentCriticalValue, studentPValue } from "./student-t.js";
export { type TrainingFacts } from "./training-facts.js";
export { trialFlops, type TrialFlopsOptions } from "./trial-flops.js";
export { openTrialLog, readTrialLog, type TrialLog, type TrialLogContents } from "./trial-log.js";
export {
  defaultErrorFloor, type MaximumPoint, type RejectionReason, rejectionOf, type SizeAndLatency, type Surrogates, type WCoefficient, wCoefficient,
  type WCoefficientOptions,
} from "./w-coefficient.js";
export { type RepeatedCandidate, wInterval, type WInterval, type WIntervalOptions } from "./w-interval.js";
export { bortHyperparameters, type CandidateHyperparameters, type ObserveOptions, type SurrogateError } from "./candidate-training.js";
export { keptLogitsBytes } from "./teacher-logits.js";
export { trainingObjectives, type TrainingObjectives, type TrainingObjectivesOptions } from "./training-objectives.js";
