export { DataError, type DataErrorCode } from "./data-error.js";
export { permutationAt, random, type MutableSequence, type Random, type RandomKey } from "./random.js";
export { readTokenizerJson } from "./byte-level-bpe.js";
export { documents, openCorpus, splitOf, type Corpus, type CorpusFile, type OpenCorpusOptions } from "./corpus.js";
export { firstEpoch, type SteppedBatches } from "./first-epoch.js";
export { maskTokens, type MaskedTokens, type MaskTokensOptions } from "./masking.js";
export {
  mlmBatches, validationBatches, type MlmBatch, type MlmBatches, type MlmBatchesOptions, type ValidationBatchesOptions,
} from "./mlm-batches.js";
export { MAX_DOCUMENT_BYTES } from "./split-documents.js";
export {
  openTokenFile, writeTokenFile, type TokenFile, type TokenFileSummary, type WriteTokenFileOptions,
} from "./token-file.js";
export { SPECIAL_TOKEN_NAMES, type SpecialTokens, type Tokenizer } from "./tokenizer.js";
export { trainByteLevelBpe, type TrainByteLevelBpeOptions } from "./train-byte-level-bpe.js";
export {
  classificationBatches, type ClassificationBatch, type ClassificationBatches, type ClassificationBatchesOptions,
} from "./tasks/classification-batches.js";
export { taskNamed, textTasks } from "./tasks/glue.js";
export { type MetricName, type Split, type TextExample, type TextTask } from "./tasks/text-task.js";
export { openPreparedCorpus, prepareCorpus, type PrepareCorpusOptions, type PreparedCorpus, type PrepareProgress } from "./prepare-corpus.js";
