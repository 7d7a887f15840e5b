import { availableParallelism } from "node:os";
import type * as onnxRuntime from "onnxruntime-node";
import type { InferenceSession } from "onnxruntime-node";
import { BackendError, engineError } from "./backend-error.js";

export type Engine = typeof onnxRuntime;

/** The version of the peer dependency. */
const ENGINE = "onnxruntime-node@1.30.0";

export interface EngineOptions {
  /** Threads of one run. Default: the number of cores this process may use. */
  readonly threads?: number;
  /**
   * Whether idle threads keep their core between runs, waiting for the next. Default false, because every program has threads of its
   * own, and those of an idle one would slow the others down.
   */
  readonly spinning?: boolean;
  /** Where graphs run. Default `"cpu"`. */
  readonly device?: "cpu" | "webgpu" | "cuda";
}

/**
 * Loads ONNX Runtime, with its telemetry off unless `ORT_DISABLE_TELEMETRY` says otherwise.
 *
 * @throws BackendError `backend-onnx/engine-missing`
 */
export async function loadEngine(): Promise<Engine> {
  process.env["ORT_DISABLE_TELEMETRY"] ??= "1";
  try {
    return await import("onnxruntime-node");
  } catch (cause) {
    throw engineError("backend-onnx/engine-missing", `cannot load ONNX Runtime; install it with "npm install ${ENGINE}"`, cause);
  }
}

/**
 * A session of the engine for a model.
 *
 * @throws BackendError `backend-onnx/bad-model`
 */
export async function createSession(engine: Engine, model: Uint8Array, options: EngineOptions): Promise<InferenceSession> {
  try {
    return await engine.InferenceSession.create(model, sessionOptions(options));
  } catch (cause) {
    throw engineError("backend-onnx/bad-model", "ONNX Runtime refused the model", cause);
  }
}

/** @throws BackendError `backend-onnx/bad-option` for options that no session could have. */
export function checkOptions(engine: Engine, { threads, device = "cpu" }: EngineOptions): void {
  if (threads !== undefined && (!Number.isInteger(threads) || threads < 1)) {
    throw new BackendError("backend-onnx/bad-option", `backend-onnx: threads must be a whole number above 0, got ${threads}`);
  }
  const available = engine.listSupportedBackends().map(({ name }) => name);
  if (!available.includes(device)) {
    throw new BackendError("backend-onnx/bad-option", `backend-onnx: ONNX Runtime has no "${device}" on this platform; it has ${available.join(", ")}`);
  }
}

function sessionOptions({ threads = availableParallelism(), spinning = false, device = "cpu" }: EngineOptions): InferenceSession.SessionOptions {
  return {
    executionProviders: [device],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: "all",
    // Errors are thrown; the engine's own log would say them again, with warnings that its user can do nothing about.
    logSeverityLevel: 4,
    extra: { session: { intra_op: { allow_spinning: spinning ? "1" : "0" } } },
  };
}
