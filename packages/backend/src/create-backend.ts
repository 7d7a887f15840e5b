import { availableParallelism } from "node:os";
import { type NativeBackend, NativeError, nativeBackend } from "@bort/backend-native";
import { BackendError, onnxBackend } from "@bort/backend-onnx";
import { type Backend } from "@bort/graph";
import { EngineError } from "./engine-error.js";

export type EngineName = "native" | "onnx";

export interface CreateBackendOptions {
  /** `auto`: the native engine, or ONNX Runtime where the native engine cannot start. Default `auto`. */
  readonly engine?: "auto" | EngineName;
  /** Threads that compute. Default: as many as the machine runs at once. */
  readonly threads?: number;
}

/** What every engine says of itself. */
interface Engine {
  readonly threads: number;
  /** Name and version of what computes: the BLAS, or ONNX Runtime. */
  readonly version: string;
  /** Ends the engine's threads, where it has any that outlive its programs. */
  close(): Promise<void>;
}

/** The native engine; it alone can `explain` a graph and `profile` a program. */
export interface NativeEngine extends NativeBackend, Engine {
  readonly engine: "native";
}

export interface OnnxEngine extends Backend, Engine {
  readonly engine: "onnx";
  /** Why it is not the native engine, where that was tried first. */
  readonly fallback?: NativeError;
}

/** A backend that says which engine it is. */
export type EngineBackend = NativeEngine | OnnxEngine;

/**
 * A backend on the fastest engine that the machine has, or on the engine that is asked for.
 *
 * `auto` is the native engine, which needs `koffi` and a BLAS, and ONNX Runtime without them; `fallback` then says what was missing.
 *
 * @throws EngineError `backend/no-engine` where `auto` finds neither, `backend/bad-option` for another engine's name; NativeError or BackendError
 * where the one that is asked for cannot start, or for threads that are no whole number above 0
 */
export async function createBackend({ engine = "auto", threads = availableParallelism() }: CreateBackendOptions = {}): Promise<EngineBackend> {
  switch (engine) {
    case "native":
      return nativeEngine(threads);
    case "onnx":
      return onnxEngine(threads);
    case "auto":
      return firstThatStarts(threads);
    default:
      throw new EngineError("backend/bad-option", `backend: the engine must be auto, native or onnx, got ${JSON.stringify(engine)}`);
  }
}

async function nativeEngine(threads: number): Promise<NativeEngine> {
  const backend = await nativeBackend({ threads });
  return { ...backend, engine: "native", version: backend.blas };
}

async function onnxEngine(threads: number): Promise<OnnxEngine> {
  const backend = await onnxBackend({ threads });
  const { env } = await import("onnxruntime-node");
  return { ...backend, engine: "onnx", threads, version: `ONNX Runtime ${env.versions.node}`, close: async () => undefined };
}

async function firstThatStarts(threads: number): Promise<EngineBackend> {
  try {
    return await nativeEngine(threads);
  } catch (fallback) {
    if (!(fallback instanceof NativeError) || fallback.code === "backend-native/bad-option") throw fallback;
    return { ...(await onnxInstead(threads, fallback)), fallback };
  }
}

async function onnxInstead(threads: number, native: NativeError): Promise<OnnxEngine> {
  try {
    return await onnxEngine(threads);
  } catch (onnx) {
    if (!(onnx instanceof BackendError) || onnx.code !== "backend-onnx/engine-missing") throw onnx;
    const cause = new AggregateError([native, onnx]);
    throw new EngineError("backend/no-engine", `backend: neither engine can start: ${native.message}; and ${onnx.message}`, { cause });
  }
}
