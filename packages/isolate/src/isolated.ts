import { GeneratorProcess } from "./generator-process.js";
import { type IsolateOptions, isolateSettings } from "./isolate-options.js";

/** What an isolated function is given beside its input. */
export interface IsolateContext {
  readonly signal: AbortSignal;
}

/** A function that can run in another process: it depends on its module and its input alone. */
export type Isolatable = (input: never, context: IsolateContext) => AsyncGenerator<unknown, unknown, never>;

/** The same function, run in a child process; without a signal it sees one that never aborts. */
export type Isolated<F extends Isolatable> = (input: Parameters<F>[0], context?: Partial<IsolateContext>) => ReturnType<F>;

/**
 * Makes an async generator function that runs a function of a module in a child process, one process for each call.
 *
 * It behaves like the function itself: the child goes on when the next event is asked for, `return()` and `throw()` reach its `finally`
 * blocks, an abort reaches its signal, and what it throws is thrown here. The process starts with the first event that is asked for.
 *
 * @param module - address of the module, as Node imports it without a build
 * @param exportName - name of the function in it
 * @throws IsolateError `isolate/bad-option`; the generator throws `isolate/bad-module` where there is no such function, `isolate/not-cloneable`
 * for an input, event or result that a message cannot hold, `isolate/timeout` after a time limit, `isolate/crashed` where the process ends early
 */
export function isolated<F extends Isolatable>(module: URL, exportName: string, options: IsolateOptions = {}): Isolated<F> {
  const settings = isolateSettings(options);
  async function* run(input: unknown, { signal = new AbortController().signal }: Partial<IsolateContext> = {}): AsyncGenerator<unknown, unknown, unknown> {
    const child = await GeneratorProcess.start({ url: module.href, exportName, input }, signal, settings);
    try {
      return yield* child; // Hands next(), return() and throw() on, one after another.
    } finally {
      await child.end();
    }
  }
  return run as unknown as Isolated<F>;
}
