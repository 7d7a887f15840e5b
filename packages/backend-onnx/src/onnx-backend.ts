import {
  type Backend, type DType, type Feeds, type Graph, GraphError, type Outputs, type Program, type TensorType, type TypedArray, allocate, encodeModel, feedChecker,
  parametersOf, sizeOf,
} from "@bort/graph";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { engineError } from "./backend-error.js";
import { type Engine, type EngineOptions, checkOptions, createSession, loadEngine } from "./engine.js";
import { inPlaceRule, overlapOf } from "./in-place.js";
import { runInto, withUnreturnedOutput } from "./run-into.js";

/** The engine's names of our element types. */
export const engineTypes: Readonly<Record<DType, "float32" | "int32" | "int64" | "bool">> = { f32: "float32", i32: "int32", i64: "int64", bool: "bool" };

/**
 * A backend that runs graphs on ONNX Runtime, in single precision.
 *
 * Feeds are read in place, and outputs named in `into` are written in place. A run blocks the event loop.
 *
 * @throws BackendError `backend-onnx/engine-missing`, `backend-onnx/bad-option`; `compile` throws `backend-onnx/bad-model`, a program's
 * `run` throws `backend-onnx/run-failed`, and GraphError `graph/disposed` after `dispose`.
 */
export async function onnxBackend(options: EngineOptions = {}): Promise<Backend> {
  const engine = await loadEngine();
  checkOptions(engine, options);
  const { device = "cpu" } = options;
  return {
    name: device === "cpu" ? "onnx" : `onnx-${device}`,
    device: device === "cpu" ? "cpu" : "gpu",
    async compile(graph): Promise<Program> {
      const names = engineNames(graph);
      const model = encodeModel(Object.fromEntries(Object.entries(graph).map(([name, node]) => [names.get(name)!, node])), { dialect: "onnxruntime" });
      return new OnnxProgram(engine, await createSession(engine, withUnreturnedOutput(model), options), graph, names);
    },
  };
}

/** An output's name in the model: its own, or another where a parameter has that name. */
function engineNames(graph: Graph): Map<string, string> {
  const parameters = parametersOf(graph);
  const taken = new Set([...parameters.keys(), ...Object.keys(graph)]);
  return new Map(Object.keys(graph).map((name) => {
    let free = name;
    if (parameters.has(name)) while (taken.has(free)) free += "'";
    taken.add(free);
    return [name, free];
  }));
}

class OnnxProgram implements Program {
  readonly #engine: Engine;
  readonly #graph: Graph;
  readonly #outputNames: ReadonlyMap<string, string>;
  readonly #check: (feeds: Feeds, into?: Feeds) => void;
  readonly #mayOverwrite: (output: string, parameter: string) => boolean;
  readonly #parameters: ReadonlyMap<string, TensorType>;
  readonly #tensors = new Map<string, Tensor>();
  #session: InferenceSession | null;

  constructor(engine: Engine, session: InferenceSession, graph: Graph, outputNames: ReadonlyMap<string, string>) {
    this.#engine = engine;
    this.#session = session;
    this.#graph = graph;
    this.#outputNames = outputNames;
    this.#check = feedChecker(graph);
    this.#mayOverwrite = inPlaceRule(graph);
    this.#parameters = parametersOf(graph);
  }

  async run(feeds: Feeds, into: Feeds = {}): Promise<Outputs> {
    if (this.#session === null) throw new GraphError("graph/disposed", "backend-onnx: the program was disposed and cannot run; compile its graph again");
    this.#check(feeds, into);
    const inputs = Object.fromEntries([...this.#parameters].map(([name, type]) => [name, this.#tensor(`feed ${name}`, type, feeds[name]!)]));
    const targets = Object.entries(this.#graph).map(([name, type]) => {
      const inPlace = into[name] !== undefined && this.#canWriteTo(name, feeds, into[name]);
      const data = inPlace ? into[name]! : allocate(type.dtype, sizeOf(type.shape));
      return { name, type, data, tensor: inPlace ? this.#tensor(`output ${name}`, type, data) : this.#view(type, data) };
    });
    const outputs = Object.fromEntries(targets.map(({ name, tensor }) => [this.#outputNames.get(name)!, tensor]));
    await runInto(this.#session, inputs, outputs).catch((cause: unknown) => {
      throw engineError("backend-onnx/run-failed", "ONNX Runtime failed to run the program", cause);
    });
    return Object.fromEntries(targets.map(({ name, type: { dtype, shape }, data }) => {
      const asked = into[name];
      if (asked !== undefined && asked !== data) (asked as Uint8Array).set(data as Uint8Array);
      return [name, { dtype, shape, data: asked ?? data }];
    }));
  }

  async dispose(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    this.#tensors.clear();
    await session?.release();
  }

  /** Whether the engine may write an output to an array while the feeds are still read. */
  #canWriteTo(output: string, feeds: Feeds, target: TypedArray): boolean {
    return Object.entries(feeds).every(([parameter, data]) => {
      const overlap = overlapOf(target, data);
      return overlap === "none" || (overlap === "same" && this.#mayOverwrite(output, parameter));
    });
  }

  #view({ dtype, shape }: TensorType, data: TypedArray): Tensor {
    return new this.#engine.Tensor(engineTypes[dtype], data as Float32Array, [...shape]) as Tensor;
  }

  /** The view of a caller's array; the last one of each name is kept, as the same arrays come back every step. */
  #tensor(key: string, type: TensorType, data: TypedArray): Tensor {
    const last = this.#tensors.get(key);
    if (last !== undefined && last.data === data) return last;
    const made = this.#view(type, data);
    this.#tensors.set(key, made);
    return made;
  }
}
