export { describeBlas } from "./blas/find-blas.js";
export { type NativeProgram, type StepTime } from "./compiled-program.js";
export { nativeBackend, type NativeBackend, type NativeBackendOptions } from "./native-backend.js";
export { NativeError, type NativeErrorCode } from "./native-error.js";
