import { serialize } from "node:v8";
import { Child } from "./child.js";
import { IsolateError, textOf } from "./isolate-error.js";
import { type IsolateSettings } from "./isolate-options.js";
import { type Reply, type Resumption, type Task } from "./messages.js";
import { type EncodedThrown, thrownCodec } from "./thrown-codec.js";

const codec = thrownCodec(serialize);
type Result = IteratorResult<unknown, unknown>;

/** A generator in a child process. Its methods are to be called one after another, as `yield*` does. */
export class GeneratorProcess implements AsyncIterableIterator<unknown, unknown, unknown> {
  readonly #child: Child;
  readonly #task: Task;
  readonly #signal: AbortSignal;
  readonly #settings: IsolateSettings;
  readonly #onAbort = (): void => this.#abort();
  /** Timers that kill the process. */
  readonly #deadlines: NodeJS.Timeout[] = [];
  #state: "new" | "started" | "over" = "new";

  private constructor(child: Child, task: Task, signal: AbortSignal, settings: IsolateSettings) {
    this.#child = child;
    this.#task = task;
    this.#signal = signal;
    this.#settings = settings;
    this.#killAfter(settings.timeLimitMs, "its start");
    if (signal.aborted) this.#abort();
    else signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** @throws IsolateError `isolate/crashed` where the system starts no process */
  static async start(task: Task, signal: AbortSignal, settings: IsolateSettings): Promise<GeneratorProcess> {
    return new GeneratorProcess(await Child.start(`"${task.exportName}" of ${task.url}`, settings), task, signal, settings);
  }

  async next(value?: unknown): Promise<Result> {
    if (this.#state !== "new") return this.#resume({ kind: "next", value }, "value given to next()");
    return this.#resume({ kind: "start", task: this.#task, execArgv: this.#settings.execArgv }, "input");
  }

  async return(value?: unknown): Promise<Result> {
    const deadline = this.#killAfter(this.#settings.returnGraceMs, "return()");
    try {
      return await this.#resume({ kind: "return", value }, "value given to return()");
    } finally {
      clearTimeout(deadline);
    }
  }

  async throw(error: unknown): Promise<Result> {
    const encoded = codec.encode(error, this.#signal);
    if (encoded.kind === "not-cloneable") throw this.#child.notCloneable("error given to throw()", encoded.problem);
    return this.#resume({ kind: "throw", error: encoded }, "error given to throw()");
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Lets the process exit. A generator that is not over, because an error cut it off on this side, returns first. */
  async end(): Promise<void> {
    if (this.#state === "started") await this.return().catch(() => undefined);
    this.#signal.removeEventListener("abort", this.#onAbort);
    for (const deadline of this.#deadlines) clearTimeout(deadline);
    this.#child.dismiss(this.#settings.returnGraceMs);
  }

  async #resume(request: Resumption, what: string): Promise<Result> {
    const reply = await this.#child.ask(request, what);
    this.#state = reply.kind === "event" || (reply.kind === "not-cloneable" && reply.what === "event") ? "started" : "over";
    return this.#resultOf(reply);
  }

  #resultOf(reply: Reply): Result {
    switch (reply.kind) {
      case "event": return { done: false, value: reply.value };
      case "result": return { done: true, value: reply.value };
      case "not-cloneable": throw this.#child.notCloneable(reply.what, reply.problem);
      case "bad-module": throw this.#badModule(reply.problem, reply.error);
      case "thrown":
        if (reply.error.kind === "not-cloneable") throw this.#child.notCloneable("error", reply.error.problem);
        throw codec.decode(reply.error, this.#signal);
    }
  }

  #badModule(problem: string, error: EncodedThrown | undefined): IsolateError {
    const { url, exportName } = this.#task;
    const cause = error && codec.decode(error);
    const reason = cause === undefined ? "" : `: ${textOf(cause)}`;
    return new IsolateError("isolate/bad-module", `isolate: "${exportName}" cannot be had from ${url}, which ${problem}${reason}`, { cause });
  }

  #abort(): void {
    this.#child.tell({ kind: "abort", reason: codec.encode(this.#signal.reason) });
    this.#killAfter(this.#settings.abortGraceMs, "the abort");
  }

  /** @param since - what the time is counted from, in messages */
  #killAfter(limitMs: number | null, since: string): NodeJS.Timeout | undefined {
    if (limitMs === null) return undefined;
    const message = `isolate: ${this.#child.name} was not over within ${limitMs} ms of ${since}, and its process was killed; allow it more time, or give it less to do`;
    const deadline = setTimeout(() => this.#child.kill(new IsolateError("isolate/timeout", message)), limitMs).unref();
    this.#deadlines.push(deadline);
    return deadline;
  }
}
