export { isolated, type Isolatable, type Isolated, type IsolateContext } from "./isolated.js";
export { IsolateError, type IsolateErrorCode, type ProcessEnd } from "./isolate-error.js";
export { type IsolateOptions } from "./isolate-options.js";
