import { type TensorData, allocate } from "../backend.js";
import { GraphError } from "../graph-error.js";
import { type Graph, type Node, type NodeOf, parametersOf, sizeOf, topologicalOrder, typeToString } from "../ir.js";
import { shallowFirst } from "../shallow-first.js";
import { DynamicDimensions } from "./dynamic-dimensions.js";
import { lower } from "./lower.js";
import { type Dialect, ModelBuilder } from "./model-builder.js";
import { type OnnxNode, nodeMessage, valueInfoMessage } from "./onnx-messages.js";
import { ProtoWriter } from "./protobuf.js";

const IR_VERSION = 10;
const OPSETS: Readonly<Record<string, number>> = { "": 20, "com.microsoft": 1 };

export interface EncodeModelOptions {
  /** Operators to use. Default `"onnx"`, which every ONNX tool can read. */
  readonly dialect?: Dialect;
  /** Parameters by name that become part of the model, such as its weights. Default none: every parameter is an input. */
  readonly initializers?: Readonly<Record<string, TensorData>>;
  /**
   * Dimensions that each run decides, with the size that stands for each in this graph: `{ batch: 1009, sequence: 509 }`.
   * Every multiple of a stand-in size, as a dimension, an attribute or a one-number constant, means that dimension; so take primes that
   * nothing else in the graph is a multiple of. Default none: all sizes are fixed.
   */
  readonly dynamic?: Readonly<Record<string, number>>;
  /** Name of the producer. Default `"bort"`. */
  readonly producer?: string;
  /** Notes that travel with the model. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * A graph as an ONNX model: the bytes of an `.onnx` file, opset 20, IR version 10.
 *
 * Inputs are the graph's parameters, outputs its outputs, both under their own names.
 *
 * @throws GraphError `graph/dynamic-dimension` where a stand-in size cannot be meant, `graph/bad-feed` for an initializer that is not
 * a parameter of that type, `graph/attribute` for an output with a parameter's name.
 */
export function encodeModel(graph: Graph, options: EncodeModelOptions = {}): Uint8Array {
  const { dialect = "onnx", initializers = {}, dynamic = {}, producer = "bort", metadata = {} } = options;
  const parameters = parametersOf(graph);
  checkNames(graph, parameters, initializers);
  const inputs = [...parameters.values()].filter(({ attrs }) => !Object.hasOwn(initializers, attrs.name));
  const dimensions = new DynamicDimensions(dynamic, inputs);
  const model = new ModelBuilder(dialect, dimensions, [...parameters.keys(), ...Object.keys(graph)]);
  for (const [name, { dtype, shape, data }] of Object.entries(initializers)) {
    dimensions.requireFixed(`initializer "${name}"`, shape);
    model.initializer(dtype, shape, data, name);
  }
  const nodes = nameOutputs(graph, model, lowerGraph(graph, model));

  const body = new ProtoWriter().messages(1, nodes.map(nodeMessage)).text(2, producer).messages(5, model.initializers);
  body.messages(11, inputs.map(({ attrs, dtype, shape }) => valueInfoMessage(attrs.name, dtype, dimensions.describe(shape))));
  body.messages(12, Object.entries(graph).map(([name, { dtype, shape }]) => valueInfoMessage(name, dtype, dimensions.describe(shape))));
  const domains = new Set(["", ...nodes.map(({ domain }) => domain)]);
  return new ProtoWriter().int(1, IR_VERSION).text(2, producer).message(7, body)
    .messages(8, [...domains].map((domain) => new ProtoWriter().text(1, domain).int(2, OPSETS[domain]!)))
    .messages(14, Object.entries(metadata).map(([key, value]) => new ProtoWriter().text(1, key).text(2, value)))
    .finish();
}

function checkNames(graph: Graph, parameters: ReadonlyMap<string, NodeOf<"parameter">>, initializers: Readonly<Record<string, TensorData>>): void {
  for (const [name, given] of Object.entries(initializers)) {
    const parameter = parameters.get(name);
    if (parameter === undefined) throw new GraphError("graph/bad-feed", `graph: initializer "${name}" is not a parameter of the graph; leave it out`);
    const fits = given.data.length === sizeOf(given.shape) && given.data.constructor === allocate(given.dtype, 0).constructor;
    if (typeToString(parameter) !== typeToString(given) || !fits) {
      const got = `${typeToString(given)} in a ${given.data.constructor.name} of ${given.data.length}`;
      throw new GraphError("graph/bad-feed", `graph: initializer "${name}" needs ${typeToString(parameter)}, got ${got}`);
    }
  }
  for (const name of Object.keys(graph)) {
    if (parameters.has(name)) throw new GraphError("graph/attribute", `graph: an ONNX model cannot have an output and an input of one name, got "${name}"; rename one`);
  }
}

/**
 * The name of each node's value in the model.
 *
 * ONNX Runtime computes what is written last first, with all that it needs: the gradients of the last layer come before those of the one before, and
 * what they alone need is let go in between.
 */
function lowerGraph(graph: Graph, model: ModelBuilder): Map<Node, string> {
  const values = new Map<Node, string>();
  const outputs = Object.values(graph);
  for (const node of topologicalOrder(model.dialect === "onnxruntime" ? shallowFirst(outputs).reverse() : outputs)) {
    model.dimensions.requireExpressible(node);
    values.set(node, lowerNode(model, node, node.inputs.map((input) => values.get(input)!)));
  }
  return values;
}

function lowerNode(model: ModelBuilder, node: Node, inputs: readonly string[]): string {
  if (node.op === "parameter") return node.attrs.name;
  if (node.op !== "constant") return lower(model, node, inputs);
  if (typeof node.attrs.data === "number") return model.filled(node.dtype, node.shape, node.attrs.data);
  model.dimensions.requireFixed("a constant", node.shape);
  return model.constant(node.dtype, node.shape, node.attrs.data);
}

/** The model's nodes with each output under its own name: the computed value renamed, or a copy of one that has a name already. */
function nameOutputs(graph: Graph, model: ModelBuilder, values: ReadonlyMap<Node, string>): OnnxNode[] {
  const computed = new Set(model.nodes.flatMap(({ outputs }) => outputs));
  const renamed = new Map<string, string>();
  const copies: OnnxNode[] = [];
  for (const [name, node] of Object.entries(graph)) {
    const value = values.get(node)!;
    if (computed.has(value) && !renamed.has(value)) renamed.set(value, name);
    else copies.push({ type: "Identity", domain: "", inputs: [value], outputs: [name], attributes: {} });
  }
  const nodes = [...nodesFor(model.nodes, Object.values(graph).map((node) => values.get(node)!)), ...copies];
  const read = new Set([...nodes.flatMap(({ inputs }) => inputs), ...renamed.keys()]);
  const finalName = (value: string): string => renamed.get(value) ?? value;
  return nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map(finalName),
    outputs: withoutUnread(node.outputs, read).map(finalName),
  }));
}

/** The nodes that some of `values` are computed by. */
function nodesFor(nodes: readonly OnnxNode[], values: readonly string[]): OnnxNode[] {
  const read = new Set(values);
  const live = nodes.toReversed().filter(({ inputs, outputs }) => {
    const isRead = outputs.some((output) => read.has(output));
    if (isRead) for (const input of inputs) read.add(input);
    return isRead;
  });
  return live.reverse();
}

/** Optional outputs that nothing reads lose their name, or their place where none follows. */
function withoutUnread([first, ...optional]: readonly string[], read: ReadonlySet<string>): string[] {
  const kept = optional.slice(0, optional.findLastIndex((value) => read.has(value)) + 1);
  return [first!, ...kept.map((value) => (read.has(value) ? value : ""))];
}
