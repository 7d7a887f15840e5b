export { createBackend, type CreateBackendOptions, type EngineBackend, type EngineName, type NativeEngine, type OnnxEngine } from "./create-backend.js";
export { EngineError, type EngineErrorCode } from "./engine-error.js";
