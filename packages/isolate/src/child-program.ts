import { type Reply, type Request, type Task } from "./messages.js";
import { type ThrownCodec } from "./thrown-codec.js";

/**
 * What a child process runs: it imports the module, and takes the function's generator a step further for each request.
 *
 * A child is started with the text of this function, so that it works from source, from `dist` and from a bundle alike. It may
 * therefore refer to nothing outside itself but types, and holds its functions as methods, which no bundler wraps to keep their names.
 */
export function childProgram(process: NodeJS.Process, load: (url: string) => Promise<Readonly<Record<string, unknown>>>, codec: ThrownCodec): void {
  const controller = new AbortController();
  const { signal } = controller;
  let generator: AsyncGenerator<unknown, unknown, unknown> | undefined;

  const child = {
    async receive(request: Request) {
      if (request.kind === "abort") return controller.abort(codec.decode(request.reason));
      try {
        if (request.kind === "start") {
          process.execArgv = [...request.execArgv]; // Children of this process shall not be started with this program.
          process.title = `isolated ${request.task.exportName}`;
          const problem = await child.start(request.task);
          if (problem !== undefined) return child.reply(problem);
        }
        child.deliver(await child.resume(request));
      } catch (error) {
        child.reply({ kind: "thrown", error: codec.encode(error, signal) });
      }
    },

    /** Calls the function. @returns what is wrong with the module */
    async start({ url, exportName, input }: Task): Promise<Reply | undefined> {
      let module;
      try {
        module = await load(url);
      } catch (error) {
        return { kind: "bad-module", problem: "cannot be imported", error: codec.encode(error) };
      }
      const start = module[exportName];
      if (typeof start !== "function") return { kind: "bad-module", problem: `exports no function of that name, but: ${Object.keys(module).join(", ") || "nothing"}` };
      generator = (start as (input: unknown, context: { signal: AbortSignal }) => typeof generator)(input, { signal });
      if (generator?.[Symbol.asyncIterator] === undefined) return { kind: "bad-module", problem: "exports a function of that name that gives no async generator" };
      return undefined;
    },

    async resume(request: Exclude<Request, { kind: "abort" }>): Promise<IteratorResult<unknown, unknown>> {
      switch (request.kind) {
        case "start": return generator!.next();
        case "next": return generator!.next(request.value);
        case "return": return generator!.return(request.value);
        case "throw": return generator!.throw(codec.decode(request.error, signal));
      }
    },

    deliver({ done, value }: IteratorResult<unknown, unknown>) {
      const kind = done === true ? "result" : "event";
      try {
        child.reply({ kind, value });
      } catch (error) {
        child.reply({ kind: "not-cloneable", what: kind, problem: error instanceof Error ? error.message : String(error) });
      }
    },

    /** @throws Error where a message cannot hold the reply */
    reply(reply: Reply) {
      process.send!(reply, undefined, undefined, () => undefined); // "disconnect" tells where there is no parent any more.
    },
  };

  process.on("message", (request: Request) => void child.receive(request));
  process.on("disconnect", () => process.exit(0)); // The generator is over, or the parent is.
  process.on("SIGINT", () => undefined); // The parent decides what Ctrl-C means, and tells by the signal.
}
