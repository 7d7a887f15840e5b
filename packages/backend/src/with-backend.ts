import { type CreateBackendOptions, type EngineBackend, createBackend } from "./create-backend.js";

export interface WithBackendOptions extends CreateBackendOptions {
  /** Gets one line where it is ONNX Runtime because the native engine cannot start. Default: no one does. */
  readonly tell?: (line: string) => void;
}

/** Does `work` on a backend, which is closed afterwards, whether the work succeeds or fails; throws what `createBackend` and `work` throw. */
export async function withBackend<Result>({ tell, ...options }: WithBackendOptions, work: (backend: EngineBackend) => Promise<Result>): Promise<Result> {
  const backend = await createBackend(options);
  try {
    if (backend.engine === "onnx" && backend.fallback !== undefined) tell?.(`on ONNX Runtime: ${backend.fallback.message}`);
    return await work(backend);
  } finally {
    await backend.close();
  }
}
