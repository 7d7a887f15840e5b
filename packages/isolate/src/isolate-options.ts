import { inheritedExecArgv } from "./inherited-exec-argv.js";
import { IsolateError } from "./isolate-error.js";

export interface IsolateOptions {
  /** Time from the start of the process until its generator must be over, the consumer's own time included; then the process is killed. Default: no limit. */
  readonly timeLimitMs?: number;
  /** Time that `finally` blocks have after `return()`, which leaving a `for await` loop calls; then the process is killed. Default 5000. */
  readonly returnGraceMs?: number;
  /** Time that the function has to end after an abort; then the process is killed. Default: no limit, as in one's own process. */
  readonly abortGraceMs?: number;
  /** All environment variables of the process. Default: those of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Options of Node for the process, such as `--max-old-space-size=4096`. Default: those of this process, without inspector and `--eval`. */
  readonly execArgv?: readonly string[];
}

/** Options with their defaults. */
export interface IsolateSettings {
  readonly timeLimitMs: number | null;
  readonly returnGraceMs: number;
  readonly abortGraceMs: number | null;
  readonly env: NodeJS.ProcessEnv;
  readonly execArgv: readonly string[];
}

/** The longest that a timer of Node can wait: 24.8 days. */
const longestTimerMs = 2 ** 31 - 1;

/** @throws IsolateError `isolate/bad-option` for a time that no timer can wait */
export function isolateSettings(options: IsolateOptions): IsolateSettings {
  for (const name of ["timeLimitMs", "returnGraceMs", "abortGraceMs"] as const) {
    const given = options[name];
    if (given === undefined || (given >= 0 && given <= longestTimerMs)) continue;
    throw new IsolateError("isolate/bad-option", `isolate: ${name} must be milliseconds from 0 to ${longestTimerMs}, got ${given}; leave it out for the default`);
  }
  const { timeLimitMs = null, returnGraceMs = 5000, abortGraceMs = null, env = process.env, execArgv = inheritedExecArgv(process.execArgv) } = options;
  return { timeLimitMs, returnGraceMs, abortGraceMs, env, execArgv };
}
