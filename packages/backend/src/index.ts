export { createBackend, type CreateBackendOptions, type EngineBackend, type EngineName, type NativeEngine, type OnnxEngine } from "./create-backend.js";
export { EngineError, type EngineErrorCode } from "./engine-error.js";
export { type EngineFacts, engineFacts, engineText } from "./engine-facts.js";
export { withBackend, type WithBackendOptions } from "./with-backend.js";
