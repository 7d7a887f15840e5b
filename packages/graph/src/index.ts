export { GraphError, type GraphErrorCode } from "./graph-error.js";
export * from "./ir.js";
export * from "./ops.js";
export { gradients, type GradientOptions, pullback } from "./autodiff.js";
export { cotangentName, differentiateStage, type DifferentiatedStage, slopeName, type StageOptions } from "./differentiate-stage.js";
export { decompose, isComposite } from "./decompose.js";
export { shallowFirst } from "./shallow-first.js";
export { UNIFORM_STEP, uniformBits, type WordOps } from "./uniform-bits.js";
export { print, type PrintOptions } from "./print.js";
export { sharePrograms, type SharedPrograms } from "./share-programs.js";
export {
  allocate, feedChecker, memoryOf, runEach, type Backend, type Call, type EngineMemory, type Feeds, type Outputs, type Program, type TensorData, type TypedArray,
} from "./backend.js";
export { evaluate, referenceBackend, type Float64Feeds } from "./reference.js";
export { ProtoWriter } from "./onnx/protobuf.js";
export { encodeModel, type EncodeModelOptions } from "./onnx/encode-model.js";
