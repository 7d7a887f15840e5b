import * as op from "@bort/graph";
import { type Graph, type Node, type TensorData, encodeModel, parameter, topologicalOrder } from "@bort/graph";
import { encoder } from "./encoder.js";
import { classifierHead, mlmHead } from "./heads.js";
import { type Model } from "./model.js";
import { modelParameters } from "./parameter-spec.js";
import { parameterNodes } from "./parameter-store.js";

/**
 * A model as the bytes of an `.onnx` file of standard operators, its weights inside, for any batch and any sequence length that it has positions for.
 *
 * Inputs, under Hugging Face's names: `input_ids` and `attention_mask`, `int64[batch, sequence]`. Output: `logits`,
 * `float32[batch, sequence, vocabulary]` of a masked language model, `float32[batch, labels]` of a classifier.
 *
 * @throws NnError `nn/sequence-too-long` for a model of a single position, which has no length that could be free
 */
export function exportOnnx(model: Model): Uint8Array {
  const ones = inferenceGraph(model, 1, 1);
  const dynamic = standInSizes(ones);
  const graph = freeGraph(ones, { batch: inferenceGraph(model, 2, 1), sequence: inferenceGraph(model, 1, 2) }, dynamic);
  const initializers: Record<string, TensorData> = {};
  for (const { name, shape } of model.parameters.specs) initializers[name] = { dtype: "f32", shape, data: model.parameters.view(name) };
  return encodeModel(graph, { dynamic, initializers });
}

/** The graph that `exportOnnx` writes, with its inputs and its output `logits`, for one batch size and sequence length. */
export function inferenceGraph({ arch, head }: Pick<Model, "arch" | "head">, batch: number, sequence: number): Graph {
  const parameters = parameterNodes(modelParameters(arch, head));
  const ids = op.cast(parameter("input_ids", [batch, sequence], "i64"), "i32");
  const mask = op.cast(parameter("attention_mask", [batch, sequence], "i64"), "f32");
  const states = encoder(arch, parameters, { ids, mask });
  const logits = head.kind === "classifier"
    ? classifierHead(arch, parameters, states, batch)
    : op.reshape(mlmHead(arch, parameters, states), [batch, sequence, arch.vocabSize]);
  return { logits };
}

/** Something for each free dimension. */
type PerDimension<T> = Readonly<Record<"batch" | "sequence", T>>;

/**
 * A graph in which numbers stand for the free sizes: that for sizes of one, with every number of it that doubles where a size does multiplied by what stands for that size.
 *
 * It is made of graphs for sizes of one and two because none can be built for a sequence longer than the model reads, and in a small model each length up to that may be a factor of another size.
 */
function freeGraph(ones: Graph, doubled: PerDimension<Graph>, standIns: PerDimension<number>): Graph {
  const [nodes, ofBatch, ofSequence] = [ones, doubled.batch, doubled.sequence].map((graph) => topologicalOrder(Object.values(graph)));
  const free = (value: unknown, byBatch: unknown, bySequence: unknown): unknown => {
    if (Array.isArray(value)) return value.map((each, i) => free(each, (byBatch as unknown[])[i], (bySequence as unknown[])[i]));
    return typeof value === "number" ? value * (byBatch === value ? 1 : standIns.batch) * (bySequence === value ? 1 : standIns.sequence) : value;
  };
  const freed = new Map<Node, Node>();
  for (const [i, node] of nodes!.entries()) {
    const [byBatch, bySequence] = [ofBatch![i]!, ofSequence![i]!];
    const attrsOf = ({ attrs }: Node): Readonly<Record<string, unknown>> => attrs;
    const attrs = Object.fromEntries(Object.entries(attrsOf(node)).map(([name, value]) => [name, free(value, attrsOf(byBatch)[name], attrsOf(bySequence)[name])]));
    freed.set(node, { ...node, attrs, shape: free(node.shape, byBatch.shape, bySequence.shape), inputs: node.inputs.map((input) => freed.get(input)!) } as Node);
  }
  return Object.fromEntries(Object.entries(ones).map(([name, node]) => [name, freed.get(node)!]));
}

/** Sizes that may stand for the free ones: no number of the graph for sizes of one is a multiple of either, and they have no common factor. */
function standInSizes(ones: Graph): PerDimension<number> {
  const numbers = [...new Set(topologicalOrder(Object.values(ones)).flatMap(({ shape, attrs }) => [...shape, ...Object.values<unknown>(attrs).flat()]))]
    .filter((value) => Number.isSafeInteger(value) && value !== 0) as number[];
  const firstFree = (start: number, step: number): number => {
    let size = start;
    while (numbers.some((number) => number % size === 0)) size += step;
    return size;
  };
  const sequence = firstFree(509, 1);
  return { sequence, batch: firstFree(sequence + 1, sequence) }; // One more than a multiple has no factor in common with it.
}
