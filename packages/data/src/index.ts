export { DataError, type DataErrorCode } from "./data-error.js";
export { permutationAt, random, type MutableSequence, type Random, type RandomKey } from "./random.js";
export { type ModelInput } from "./input-template.js";
export { openTokenizer } from "./open-tokenizer.js";
export { readTokenizerJson } from "./tokenizer-json.js";
export { corpusFingerprint, documents, openCorpus, splitOf, type Corpus, type OpenCorpusOptions } from "./corpus.js";
export { type CorpusFile, type CorpusFormat } from "./corpus-file.js";
export { firstEpoch, type SteppedBatches } from "./first-epoch.js";
export { maskTokens, type MaskedTokens, type MaskTokensOptions } from "./masking.js";
export {
  mlmBatches, validationBatches, type MlmBatch, type MlmBatches, type MlmBatchesOptions, type ValidationBatchesOptions,
} from "./mlm-batches.js";
export { type PackedSequences, type Packing, packSequences, type PackSequencesOptions } from "./packing.js";
export { isJsonObject, type JsonObject } from "./json-object.js";
export { tryProcessLock, type LockAttempt, type ProcessLock } from "./process-lock.js";
export { readAhead, type ReadAheadOptions } from "./read-ahead.js";
export { sentencePacking, type SentencePacking } from "./sentence-packing.js";
export { MAX_DOCUMENT_BYTES, type DocumentUnit } from "./split-documents.js";
export {
  openTokenFile, verifyTokenFile, writeTokenFile, type StoredTokens, type TokenFile, type WriteTokenFileOptions,
} from "./token-file.js";
export { type TokenFileSummary } from "./token-file-writer.js";
export { openTokenShards, writeTokenShards, type TokenShardsSummary, type WriteTokenShardsOptions } from "./token-shards.js";
export { pruneVocabulary, type KeptTokens, type PrunedVocabulary } from "./prune-vocabulary.js";
export { tokenCounts, type TokenCountsOptions } from "./token-counts.js";
export { untilAborted } from "./until-aborted.js";
export { wordStarts, type WordStarts } from "./word-starts.js";
export { workerBatches, type Worker } from "./worker-batches.js";
export { BERT_SPECIAL_TOKEN_NAMES, SPECIAL_TOKEN_NAMES, type SpecialTokenNames, type SpecialTokens, type Tokenizer } from "./tokenizer.js";
export { trainByteLevelBpe, type TrainByteLevelBpeOptions } from "./train-byte-level-bpe.js";
export { trainWordPiece, type TrainWordPieceOptions } from "./train-word-piece.js";
export {
  classificationBatches, truncatePair, type ClassificationBatch, type ClassificationBatches, type ClassificationBatchesOptions,
} from "./tasks/classification-batches.js";
export { balanced } from "./tasks/balanced.js";
export { roundedClass } from "./tasks/rounded-class.js";
export { holdOut, type HeldOut } from "./tasks/hold-out.js";
export { ownTask, type OwnTaskOptions } from "./tasks/own-task.js";
export { type Casting } from "./tasks/published-task.js";
export { taskDownload, type TaskDownload } from "./tasks/task-download.js";
export { castingsOf, taskNamed, textTasks, type TaskOptions } from "./tasks/task-named.js";
export { type MetricName, type Split, type TaskKind, type TextExample, type TextTask } from "./tasks/text-task.js";
export { openPreparedCorpus, prepareCorpus, type PrepareCorpusOptions, type PreparedCorpus, type PrepareProgress } from "./prepare-corpus.js";
