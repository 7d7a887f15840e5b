export { BackendError, type BackendErrorCode } from "./backend-error.js";
export { type EngineOptions } from "./engine.js";
export { loadOnnxModel, type OnnxFeed, type OnnxModel } from "./load-onnx-model.js";
export { onnxBackend } from "./onnx-backend.js";
