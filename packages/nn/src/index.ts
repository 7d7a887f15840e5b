export { NnError, type NnErrorCode } from "./nn-error.js";
export { modelParameters, type ModelHead, type ParameterSpec } from "./parameter-spec.js";
export { ParameterStore, parameterNodes } from "./parameter-store.js";
export { trainedPart, type ParameterGroup, type ParameterLayout, type ParameterRule, type ParameterTreatment } from "./parameter-layout.js";
export { type ParameterNodes } from "./blocks.js";
export { encoder, encoderTaps, paddingBias, type EncoderInputs, type EncoderTaps } from "./encoder.js";
export { embeddings } from "./embeddings.js";
export { encoderLayer, type LayerNodes } from "./encoder-layer.js";
export { type AttentionNodes, type Places } from "./attention.js";
export { classifierHead, mlmHead } from "./heads.js";
export {
  distillationLoss, labelLoss, lastLayerCrossEntropy, meanDivergence, meanSquaredError, rowCrossEntropy, rowDivergence, softLabelLoss, valueLoss, weightedMean,
  type DistillationInputs,
} from "./losses.js";
export { createModel, withClassifier, type Classifier, type EncoderModel, type MlmModel, type Model } from "./model.js";
export { labelAccuracy } from "./label-accuracy.js";
export { evaluateMlm, mlmFeeds, mlmLossGraph, mlmNodes, type MlmEvaluation, type MlmNodes, type MlmShape } from "./mlm.js";
export { classificationFeeds, classificationLossGraph, classifierOutputs, predict, predictOutputs, type ClassificationLossOptions } from "./classification.js";
export { evaluateClassifier } from "./evaluate-classifier.js";
export { adamW, type AdamWOptions } from "./optimizer/adamw.js";
export { sgd, type SgdOptions } from "./optimizer/sgd.js";
export { lamb, type LambOptions } from "./optimizer/lamb.js";
export {
  type DirectionOutputs, type ElementwiseOptimizer, type LayerwiseOptimizer, type Optimizer, type StepMoment, type UpdateInputs, type UpdateMoment, type UpdateOutputs,
} from "./optimizer/optimizer.js";
export { type UpdateChange, type UpdateHook } from "./optimizer/update-tail.js";
export { schedule, type Schedule, type ScheduleName, type ScheduleOptions } from "./schedule.js";
export { type LossGraph } from "./gradient-graph.js";
export { type GradientHook, type GradientHookInputs } from "./gradient-hook.js";
export { feedsOf, microBatches, sharesOf, totalWeight, type MicroBatch, type MicroBatchShare } from "./micro-batches.js";
export { type TrainingState } from "./training-state.js";
export { averagedParameters } from "./weight-average.js";
export { firstNotFinite, type FirstNotFiniteOptions, type NotFinite } from "./first-not-finite.js";
export { NotFiniteError, type NotFiniteStep } from "./not-finite-error.js";
export { disposeAll, type Held, holding, thoseMade } from "./holding.js";
export { Trainer, type StepResult, type TrainerOptions, type UpdateOptions } from "./trainer.js";
export { type GradientSource } from "./gradient-programs.js";
export { tensorBoardWriter, type TensorBoardOptions, type TensorBoardWriter } from "./tracking/tensorboard-writer.js";
export { mlflowTracker, type MlflowOptions } from "./tracking/mlflow-tracker.js";
export { mlflowUrl, type MlflowServerOptions } from "./tracking/mlflow-server.js";
export { type RunOutcome, type Tracker } from "./tracking/tracker.js";
export { runTraining, type TrainingEvent, type TrainingFeeds, type TrainingRunOptions, type TrainingSummary } from "./training-run.js";
export { bortPretraining, type BortPretraining, type BortPretrainingOptions } from "./bort-pretraining.js";
export {
  mlmObjective, phaseSteps, pretrain, shortFirst, type BatchPlace, type PhaseSteps, type PretrainOptions, type PretrainResult, type PretrainingObjective, type PretrainingPhase,
} from "./pretrain.js";
export { finetune, type FinetuneBatches, type FinetuneOptions, type FinetuneResult } from "./finetune.js";
export { type BestEvaluation, type EarlyStopping } from "./early-stopping.js";
export { type Dropout, type DropoutRates, checkDropout, dropoutEverywhere, dropoutFeeds, dropoutOf, DROPOUT_SEED } from "./dropout.js";
export { fingerprint } from "./fingerprint.js";
export { matrixProduct } from "./matrix-product.js";
export { hasCheckpoint, loadCheckpoint, saveCheckpoint } from "./checkpoint.js";
export { readSafetensors, writeSafetensors, type NamedTensor } from "./safetensors.js";
export { makeFolder, writeFileAtomically } from "./atomic-write.js";
export { loadTeacher, locateModel, type LoadTeacherOptions, type Teacher } from "./load-teacher.js";
export { weightFiles } from "./weight-files.js";
export { classifierLabels, isClassifier, isMlmModel, loadClassifier, loadEncoder, loadMlmModel, loadModel, saveModel, type ModelFolder } from "./model-folder.js";
export { exportOnnx, inferenceGraph } from "./export-onnx.js";
export { encoderLatencies, measureEncoders, type EncoderLatencies } from "./encoder-latencies.js";
export { measureLatency, type Latency, type LatencyOptions } from "./measure-latency.js";
export { resolveSettings, type ResolvedSettings, type SettingsDefaults, type TrainingSettings, type WeightAverage } from "./training-settings.js";
