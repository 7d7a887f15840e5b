import * as op from "@bort/graph";
import { type Backend, type Feeds, type Graph, type Node, type TypedArray, parametersOf, print, sizeOf, topologicalOrder } from "@bort/graph";

/** The first value of a graph that is NaN or infinite. */
export interface NotFinite {
  /** The node's line in the printed graph. */
  readonly node: string;
  /** Its name, where the value was fed rather than computed. */
  readonly input?: string;
  /** Row-major index of the first such element of the node. */
  readonly element: number;
  /** NaN, Infinity or -Infinity. */
  readonly value: number;
}

export interface FirstNotFiniteOptions {
  /** Values that are looked at in one run hold no more bytes than this together, but for one that does alone. Default 1 GiB. */
  readonly sliceBytes?: number;
}

/**
 * Runs a graph once more, op by op, and finds the first node whose f32 value is not finite: an input if one is, else an op, in the order of the printed
 * graph. `null` where every value is finite. Constants are not looked at.
 *
 * The graph runs in slices, each with a count of such elements for every node in it, and the node that is found once more for its value.
 */
export async function firstNotFinite(backend: Backend, graph: Graph, feeds: Feeds, { sliceBytes = 2 ** 30 }: FirstNotFiniteOptions = {}): Promise<NotFinite | null> {
  const order = topologicalOrder(Object.values(graph));
  const found = inputNotFinite(order, feeds) ?? (await opNotFinite(backend, order, { feeds, sliceBytes }));
  if (found === null) return null;
  const { node, data, element } = found;
  const line = print(graph).split("\n")[order.indexOf(node)]!;
  return { node: line, ...(node.op === "parameter" && { input: node.attrs.name }), element, value: Number(data[element]) };
}

interface Found {
  readonly node: Node;
  readonly data: TypedArray;
  readonly element: number;
}

function inputNotFinite(order: readonly Node[], feeds: Feeds): Found | null {
  for (const node of order) {
    if (node.op !== "parameter" || node.dtype !== "f32") continue;
    const data = feeds[node.attrs.name];
    const element = data === undefined ? -1 : indexOfNotFinite(data);
    if (element >= 0) return { node, data: data!, element };
  }
  return null;
}

async function opNotFinite(backend: Backend, order: readonly Node[], { feeds, sliceBytes }: { feeds: Feeds; sliceBytes: number }): Promise<Found | null> {
  const computed = order.filter((node) => node.inputs.length > 0 && node.dtype === "f32");
  for (const slice of slicesOf(computed, sliceBytes)) {
    const counts = await runOnce(backend, slice.map(countNotFinite), feeds);
    const first = counts.findIndex(([count]) => Number(count) > 0);
    if (first < 0) continue;
    const node = slice[first]!;
    const [data] = await runOnce(backend, [node], feeds);
    return { node, data: data!, element: indexOfNotFinite(data!) };
  }
  return null;
}

/** From here on a float64 rounds to an infinite float32; as a float32 it is infinite itself. */
const LIMIT = 2 ** 128 - 2 ** 103;

/** Elements of `x` that are not finite in float32, also where an engine computes in float64. A comparison with NaN is false. */
const countNotFinite = (x: Node): Node => op.sumAll(op.where(op.less(x, LIMIT), op.where(op.less(op.neg(x), LIMIT), op.scalar(0), 1), 1));

const indexOfNotFinite = (data: TypedArray): number => (data instanceof Float32Array ? data.findIndex((value) => !Number.isFinite(value)) : -1);

function slicesOf(nodes: readonly Node[], sliceBytes: number): Node[][] {
  const slices: Node[][] = [];
  let bytes = Infinity;
  for (const node of nodes) {
    bytes += 4 * sizeOf(node.shape);
    if (bytes > sliceBytes) {
      slices.push([]);
      bytes = 4 * sizeOf(node.shape);
    }
    slices.at(-1)!.push(node);
  }
  return slices;
}

async function runOnce(backend: Backend, nodes: readonly Node[], feeds: Feeds): Promise<TypedArray[]> {
  const graph = Object.fromEntries(nodes.map((node, i) => [`value ${i}`, node]));
  const read = parametersOf(graph);
  const program = await backend.compile(graph);
  try {
    const outputs = await program.run(Object.fromEntries(Object.entries(feeds).filter(([name]) => read.has(name))));
    return nodes.map((_, i) => outputs[`value ${i}`]!.data);
  } finally {
    await program.dispose();
  }
}
