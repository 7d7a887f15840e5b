export { CliError, type CliErrorCode } from "./cli-error.js";
export { run } from "./run.js";
export { type Terminal } from "./terminal.js";
