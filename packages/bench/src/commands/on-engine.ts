import { availableParallelism } from "node:os";
import { type EngineBackend, type EngineFacts as Engine, type EngineName, engineFacts, withBackend } from "@bort/backend";
import { BenchError } from "../bench-error.js";
import { type Flags, countFlag, textFlag } from "./command.js";

export { engineText } from "@bort/backend";

/** The flags that `onEngine` reads. */
export const engineFlags: readonly string[] = ["engine", "threads"];

/** The engine as a result tells it. */
export interface EngineFacts extends Engine {
  /** Why it is not the native engine, where that was tried first. */
  readonly fallback?: string;
}

type EngineChoice = "auto" | EngineName;

/** The engines that `--engine` can name; @throws BenchError `bench/bad-option` */
export function engineFlag(flags: Flags): EngineChoice {
  const engine = textFlag(flags, "engine") ?? "auto";
  if (engine === "auto" || engine === "native" || engine === "onnx") return engine;
  throw new BenchError("bench/bad-option", `bench: --engine must be auto, native or onnx here, got ${JSON.stringify(engine)}`);
}

/** The number that `--threads` says, or that of the machine's cores. */
export const threadsFlag = (flags: Flags): number => countFlag(flags, "threads", { fallback: availableParallelism() });

/** Works on the backend that the flags ask for, which is closed afterwards. */
export async function onEngine<Result>(flags: Flags, work: (backend: EngineBackend, facts: EngineFacts) => Promise<Result>): Promise<Result> {
  const tell = (line: string): void => void process.stderr.write(`${line}\n`);
  return withBackend({ engine: engineFlag(flags), threads: threadsFlag(flags), tell }, (backend) => {
    const fallback = backend.engine === "onnx" ? backend.fallback?.message : undefined;
    return work(backend, { ...engineFacts(backend), ...(fallback !== undefined && { fallback }) });
  });
}
