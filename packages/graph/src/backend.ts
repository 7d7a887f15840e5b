import { GraphError } from "./graph-error.js";
import { type DType, type Graph, type Node, type NodeOf, type TensorType, parametersOf, sizeOf, typeToString } from "./ir.js";

export type TypedArray = Float32Array | Int32Array | BigInt64Array | Uint8Array;

/** A tensor in the caller's memory, row-major. */
export interface TensorData extends TensorType {
  readonly data: TypedArray;
}
/** What a program's parameters are given: their elements, in the parameter's dtype. */
export type Feeds = Readonly<Record<string, TypedArray>>;
export type Outputs = Record<string, TensorData>;

/** One run of a program whose results are wanted in arrays of the caller's. */
export interface Call {
  readonly feeds: Feeds;
  readonly into: Feeds;
}

/** A compiled graph. */
export interface Program {
  /**
   * Runs the graph. `feeds` holds the elements of every parameter; they are read in place where the engine can.
   *
   * An output named in `into` is written to that array instead of a fresh one. Such an array may share memory with a feed
   * that the graph reads only in element-wise ops (an optimizer updating in place).
   *
   * An id beyond its table is refused, with `graph/index` or an error of the engine's.
   *
   * @throws GraphError `graph/missing-feed`, `graph/bad-feed`
   */
  run(feeds: Feeds, into?: Feeds): Promise<Outputs>;
  /** As `run` for one call after another, where an engine does many small ones at less cost; see {@link runEach}. */
  runEach?(calls: readonly Call[]): Promise<void>;
  /** Gives back the program's memory; it cannot run any more. */
  dispose(): Promise<void>;
}

/** Memory that an engine reads and writes in place. */
export interface EngineMemory {
  /** A zeroed array. */
  allocate(length: number): Float32Array;
  /** Gives back an array that `allocate` gave. */
  free(array: Float32Array): void;
}

/** Something that can run graphs. */
export interface Backend {
  readonly name: string;
  readonly device: "cpu" | "gpu";
  /** Where arrays should lie that are fed or filled often. Default: anywhere. */
  readonly memory?: EngineMemory;
  compile(graph: Graph): Promise<Program>;
}

/** Runs one call after another. */
export async function runEach(program: Program, calls: readonly Call[]): Promise<void> {
  if (program.runEach !== undefined) return program.runEach(calls);
  for (const { feeds, into } of calls) await program.run(feeds, into);
}

const ordinaryMemory: EngineMemory = { allocate: (length) => new Float32Array(length), free: () => undefined };

/** The memory of a backend, or the process's own where it has none. */
export const memoryOf = ({ memory = ordinaryMemory }: Pick<Backend, "memory">): EngineMemory => memory;

const arrayTypes = { f32: Float32Array, i32: Int32Array, i64: BigInt64Array, bool: Uint8Array } as const satisfies Record<DType, unknown>;

/** A zeroed array for `size` elements of `dtype`; `bool` is one byte an element. */
export const allocate = (dtype: DType, size: number): TypedArray => new arrayTypes[dtype](size);

/** A checker of feeds, made once for each program: names, element types and lengths. */
export function feedChecker(graph: Graph): (feeds: Feeds, into?: Feeds) => void {
  const parameters = parametersOf(graph);
  const check = (what: string, name: string, node: NodeOf<"parameter"> | Node | undefined, data: TypedArray | undefined): void => {
    if (node === undefined) throw new GraphError("graph/bad-feed", `graph: ${what} "${name}" is not in the graph`);
    if (data === undefined) throw new GraphError("graph/missing-feed", `graph: ${what} "${name}" : ${typeToString(node)} is missing`);
    if (!(data instanceof arrayTypes[node.dtype]) || data.length !== sizeOf(node.shape)) {
      throw new GraphError("graph/bad-feed", `graph: ${what} "${name}" needs ${typeToString(node)}, got ${data.constructor.name} of ${data.length}`);
    }
  };
  return (feeds, into = {}) => {
    for (const [name, node] of parameters) check("feed", name, node, feeds[name]);
    for (const name of Object.keys(feeds)) if (!parameters.has(name)) check("feed", name, undefined, undefined);
    for (const [name, data] of Object.entries(into)) check("output", name, graph[name], data);
  };
}
