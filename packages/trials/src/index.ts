export { eventsDuring } from "./events-during.js";
export { inProcessExecutor, type InProcessExecutorOptions, type TrialContext } from "./in-process-executor.js";
export { type Journal, type JournalContents, type JournalFormat, openJournal, type OpenJournalOptions, readJournal } from "./journal.js";
export { processExecutor, type ProcessExecutorOptions, type TrialCall, type TrialFunction } from "./process-executor.js";
export { canonicalJson, type Settings, settingsFingerprint } from "./settings-fingerprint.js";
export { type TrialExecutor, type TrialOutcome, type TrialReport, type TrialRequest } from "./trial-executor.js";
export { TrialsError, type TrialsErrorCode } from "./trials-error.js";
