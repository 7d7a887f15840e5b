export { describeBlas } from "./blas/find-blas.js";
export { nativeBackend, type NativeBackend, type NativeBackendOptions, type NativeProgram, type StepTime } from "./native-backend.js";
export { NativeError, type NativeErrorCode } from "./native-error.js";
