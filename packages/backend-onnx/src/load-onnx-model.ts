import { readFile } from "node:fs/promises";
import { type DType, type Shape, type TensorData, type TypedArray, sizeOf, typeToString } from "@bort/graph";
import type { InferenceSession } from "onnxruntime-node";
import { BackendError, engineError } from "./backend-error.js";
import { type EngineOptions, checkOptions, createSession, loadEngine } from "./engine.js";
import { engineTypes } from "./onnx-backend.js";

/** A model file, ready to run. */
export interface OnnxModel {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /**
   * Runs the model on inputs of any size that it allows.
   *
   * @throws BackendError `backend-onnx/bad-feed`, `backend-onnx/run-failed`, `backend-onnx/disposed`
   */
  run(feeds: Readonly<Record<string, OnnxFeed>>): Promise<Record<string, TensorData>>;
  /** Gives back the model's memory; it cannot run any more. */
  dispose(): Promise<void>;
}

/** Elements of an input in row-major order; the dtype is that of the array, `bool` for bytes. */
export interface OnnxFeed {
  readonly data: TypedArray;
  readonly shape: Shape;
}

/**
 * Loads an ONNX model from a file or from its bytes, whoever wrote it.
 *
 * @throws BackendError `backend-onnx/bad-model`, `backend-onnx/engine-missing`, `backend-onnx/bad-option`
 */
export async function loadOnnxModel(model: string | Uint8Array, options: EngineOptions = {}): Promise<OnnxModel> {
  const engine = await loadEngine();
  checkOptions(engine, options);
  let session: InferenceSession | null = await createSession(engine, typeof model === "string" ? await read(model) : model, options);
  const { inputNames, outputNames } = session;
  return {
    inputs: inputNames,
    outputs: outputNames,
    async run(feeds) {
      if (session === null) throw new BackendError("backend-onnx/disposed", "backend-onnx: the model was disposed and cannot run; load it again");
      checkFeeds(inputNames, feeds);
      const tensors = Object.entries(feeds).map(([name, { data, shape }]) =>
        [name, new engine.Tensor(engineTypes[dtypeOf(data)], data as Float32Array, [...shape])]);
      const results = await session.run(Object.fromEntries(tensors) as InferenceSession.FeedsType).catch((cause: unknown) => {
        throw engineError("backend-onnx/run-failed", "ONNX Runtime failed to run the model", cause);
      });
      return Object.fromEntries(outputNames.map((name) => [name, tensorDataOf(name, results[name]!)]));
    },
    async dispose() {
      const released = session;
      session = null;
      await released?.release();
    },
  };
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw engineError("backend-onnx/bad-model", `cannot read the model ${path}`, cause);
  }
}

const dtypeOf = (data: TypedArray): DType =>
  data instanceof Float32Array ? "f32" : data instanceof Int32Array ? "i32" : data instanceof BigInt64Array ? "i64" : "bool";

function checkFeeds(inputs: readonly string[], feeds: Readonly<Record<string, OnnxFeed>>): void {
  const missing = inputs.find((name) => !Object.hasOwn(feeds, name));
  if (missing !== undefined) throw new BackendError("backend-onnx/bad-feed", `backend-onnx: input "${missing}" is missing; the model needs ${inputs.join(", ")}`);
  for (const [name, { data, shape }] of Object.entries(feeds)) {
    if (!inputs.includes(name)) throw new BackendError("backend-onnx/bad-feed", `backend-onnx: the model has no input "${name}"; it has ${inputs.join(", ")}`);
    if (data.length !== sizeOf(shape)) {
      const type = typeToString({ dtype: dtypeOf(data), shape });
      throw new BackendError("backend-onnx/bad-feed", `backend-onnx: input "${name}" needs ${sizeOf(shape)} elements for ${type}, got ${data.length}`);
    }
  }
}

function tensorDataOf(name: string, { type, dims, data }: InferenceSession.OnnxValueMapType[string]): TensorData {
  const dtype = (Object.keys(engineTypes) as DType[]).find((each) => engineTypes[each] === type);
  if (dtype === undefined) {
    const readable = Object.values(engineTypes).join(", ");
    throw new BackendError("backend-onnx/bad-model", `backend-onnx: output "${name}" has the type ${type}; only ${readable} can be read`);
  }
  return { dtype, shape: dims, data: data as TypedArray };
}
