import { availableParallelism } from "node:os";
import { type EngineBackend, type EngineName, createBackend } from "@bort/backend";
import { BenchError } from "../bench-error.js";
import { type Flags, countFlag, textFlag } from "./command.js";

/** The flags that `onEngine` reads. */
export const engineFlags: readonly string[] = ["engine", "threads"];

/** The engine as a result tells it. */
export interface EngineFacts {
  readonly engine: EngineName;
  readonly threads: number;
  /** Name and version of the BLAS, or of ONNX Runtime. */
  readonly version: string;
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
  const backend = await createBackend({ engine: engineFlag(flags), threads: threadsFlag(flags) });
  const { engine, threads, version } = backend;
  const fallback = backend.engine === "onnx" ? backend.fallback?.message : undefined;
  if (fallback !== undefined) process.stderr.write(`on ONNX Runtime: ${fallback}\n`);
  try {
    return await work(backend, { engine, threads, version, ...(fallback !== undefined && { fallback }) });
  } finally {
    await backend.close();
  }
}

/** An engine as it is printed: "native (OpenBLAS 0.3.29), 2 threads". */
export const engineText = ({ engine, threads, version }: EngineFacts): string => `${engine} (${version}), ${threads} ${threads === 1 ? "thread" : "threads"}`;
