export { HubError, type HubErrorCode } from "./hub-error.js";
export { downloadDataset } from "./download-dataset.js";
export { downloadModel, type HubEvent } from "./download-model.js";
export { type FileEvent } from "./download-file.js";
export { type RetryEvent } from "./with-retries.js";
export { type HubOptions } from "./hub-settings.js";
export { isModelName } from "./model-name.js";
export { WEIGHT_FILES, isWeightIndex, shardsOf } from "./model-files.js";
