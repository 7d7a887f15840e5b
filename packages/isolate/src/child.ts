import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type Socket } from "node:net";
import { childText, parentWatchFd } from "./child-text.js";
import { IsolateError, textOf } from "./isolate-error.js";
import { type IsolateSettings } from "./isolate-options.js";
import { type Reply, type Request, type Resumption } from "./messages.js";

/** How much of its standard error is kept. */
const tailBytes = 8192;
/** How long the standard error of an ended process is read on: processes that it started itself may hold it open. */
const drainMs = 1000;

/** The request that has no reply yet. */
interface Waiting {
  resolve(reply: Reply): void;
  reject(error: IsolateError): void;
}

/**
 * A process of Node that answers requests, one at a time, and ends with its parent.
 *
 * It keeps its parent alive during requests only. It is in a process group of its own, so that Ctrl-C in a terminal reaches the parent
 * alone. What it writes to standard output and standard error goes to the standard error of the parent, whose standard output may be
 * read by a program.
 */
export class Child {
  readonly #process: ChildProcess;
  #stderr: Buffer = Buffer.alloc(0);
  #waiting: Waiting | undefined;
  /** Why the process was killed. */
  #verdict: IsolateError | undefined;
  /** Why nothing can be asked any more. */
  #ended: IsolateError | undefined;

  private constructor(child: ChildProcess, readonly name: string) {
    this.#process = child;
    child.on("message", (reply: Reply) => this.#waiting?.resolve(reply));
    child.on("error", () => undefined); // A request that does not arrive is one that "close" settles.
    child.once("close", (exitCode, signal) => this.#end(exitCode, signal));
    child.stderr!.on("data", (bytes: Buffer) => this.#hear(bytes));
    child.once("exit", () => {
      const drained = setTimeout(() => child.stderr!.destroy(), drainMs).unref();
      child.once("close", () => clearTimeout(drained));
    });
    (child.stdio[parentWatchFd] as Socket).unref();
    this.#hold("unref");
  }

  /**
   * @param name - what the process is for, in messages
   * @throws IsolateError `isolate/crashed` where the system starts no process
   */
  static async start(name: string, { env, execArgv }: IsolateSettings): Promise<Child> {
    try {
      const child = spawn(process.execPath, [...execArgv, "--input-type=commonjs", "--eval", childText], {
        env, detached: true, windowsHide: true, serialization: "advanced", stdio: ["ignore", 2, "pipe", "ipc", "pipe"],
      });
      await once(child, "spawn");
      return new Child(child, name);
    } catch (cause) {
      throw new IsolateError("isolate/crashed", `isolate: no process can be started for ${name}: ${textOf(cause)}`, { cause });
    }
  }

  /**
   * @param what - the part of the request that comes from outside, in messages
   * @throws IsolateError `isolate/not-cloneable`; `isolate/crashed` where the process ends instead of answering, or why it was killed
   */
  async ask(request: Resumption, what: string): Promise<Reply> {
    if (this.#ended !== undefined) throw this.#ended;
    try {
      this.tell(request);
    } catch (cause) {
      throw this.notCloneable(what, textOf(cause));
    }
    this.#hold("ref");
    try {
      return await new Promise<Reply>((resolve, reject) => { this.#waiting = { resolve, reject }; });
    } finally {
      this.#waiting = undefined;
      this.#hold("unref");
    }
  }

  /** @throws Error where a message cannot hold the request */
  tell(request: Request): void {
    this.#process.send(request, () => undefined);
  }

  notCloneable(what: string, problem: string): IsolateError {
    return new IsolateError("isolate/not-cloneable", `isolate: the ${what} of ${this.name} cannot be sent to another process: ${problem}; keep to plain data and typed arrays`);
  }

  /** Ends the process at once. @param why - what open and later requests are rejected with */
  kill(why: IsolateError): void {
    this.#verdict ??= why;
    this.#process.kill("SIGKILL");
  }

  /** Lets the process exit, and kills it where it has not after `graceMs`. */
  dismiss(graceMs: number): void {
    if (this.#process.connected) this.#process.disconnect();
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const late = setTimeout(() => this.#process.kill("SIGKILL"), graceMs).unref();
    this.#process.once("exit", () => clearTimeout(late));
  }

  #hear(bytes: Buffer): void {
    process.stderr.write(bytes);
    this.#stderr = Buffer.concat([this.#stderr, bytes]).subarray(-tailBytes);
  }

  #end(exitCode: number | null, signal: NodeJS.Signals | null): void {
    const how = signal === null ? `exited with code ${exitCode}` : `was ended by ${signal}`;
    const message = `isolate: the process of ${this.name} ${how} before the function returned; what it wrote last is in the error's "stderr"`;
    this.#ended = this.#verdict ?? new IsolateError("isolate/crashed", message, { exitCode, signal, stderr: this.#stderr.toString() });
    this.#waiting?.reject(this.#ended);
  }

  #hold(how: "ref" | "unref"): void {
    this.#process[how]();
    this.#process.channel?.[how]();
    (this.#process.stderr as Socket)[how]();
  }
}
