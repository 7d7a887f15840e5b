import { type EngineBackend, type EngineFacts, withBackend } from "@bort/backend";
import { type Option, type OptionValues, choice, described, integer, withDefault } from "./options.js";
import { type Terminal, printLine } from "./terminal.js";

// A type, not an interface: a table of options is indexed by any name.
export type EngineOptions = {
  readonly engine: Option<"auto" | "native" | "onnx">;
  readonly threads: Option<number | undefined>;
};

/** What computes, in every command that does. */
export const engineOptions: EngineOptions = {
  engine: withDefault(choice(["auto", "native", "onnx"], "what computes: the native engine, ONNX Runtime, or auto, the native one where it can start"), "auto"),
  threads: described(integer("processor cores to use", 1), "all"),
};

/** The values of these options, and whether the command is to be quiet. */
export type EngineFlags = OptionValues<EngineOptions> & { readonly quiet?: boolean };

/** What a result says of the engine that computed it. */
export type EngineUsed = Pick<EngineFacts, "engine" | "threads">;

/**
 * Does work on the engine that the options ask for, which is closed afterwards, and adds to its result which one that was. A fallback is told on
 * standard error, unless `quiet`.
 *
 * @throws NativeError, BackendError or EngineError where the engine cannot start; what `work` throws
 */
export function onEngine<Result extends object>(
  { engine, threads, quiet = false }: EngineFlags, { stderr }: Terminal, work: (backend: EngineBackend) => Promise<Result>,
): Promise<Result & EngineUsed> {
  const tell = (line: string): void => {
    if (!quiet) printLine(stderr, line);
  };
  return withBackend({ engine, ...(threads !== undefined && { threads }), tell }, async (backend) =>
    ({ ...(await work(backend)), engine: backend.engine, threads: backend.threads }));
}
