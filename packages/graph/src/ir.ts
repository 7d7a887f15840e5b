import { GraphError } from "./graph-error.js";

/** Element type of a tensor. `i64` exists at a model's border only: parameters may have it, and `cast` reads it. */
export type DType = "f32" | "i32" | "i64" | "bool";
export type Shape = readonly number[];

/** What is known of a tensor before it is computed. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** Elements of a reduction or normalisation are those of the last axis unless `axes` says otherwise. */
type None = Record<never, never>;

/** What a constant holds: one number for every element, or all of them in row-major order. */
export type ConstantData = number | Float64Array;

/** Attributes of every op: the one list that all rule tables are keyed by. */
export interface OpAttrs {
  // Sources
  parameter: { readonly name: string };
  constant: { readonly data: ConstantData };
  // Element-wise, with NumPy broadcasting
  neg: None;
  exp: None;
  log: None;
  sqrt: None;
  tanh: None;
  sigmoid: None;
  erf: None;
  stopGradient: None;
  keep: None;
  after: None;
  add: None;
  sub: None;
  mul: None;
  div: None;
  equal: None;
  less: None;
  where: None;
  cast: { readonly to: DType };
  // Contractions and reductions (reduced axes stay, with size 1)
  matmul: { readonly transposeA: boolean; readonly transposeB: boolean; readonly alpha: number };
  reduceSum: { readonly axes: readonly number[] };
  reduceMax: { readonly axes: readonly number[] };
  // Layout
  reshape: { readonly shape: Shape };
  expand: { readonly shape: Shape };
  transpose: { readonly perm: readonly number[] };
  slice: { readonly starts: readonly number[]; readonly ends: readonly number[] };
  pad: { readonly before: readonly number[]; readonly after: readonly number[] };
  concat: { readonly axis: number };
  // Rows of a table
  gather: None;
  scatterAdd: None;
  // Randomness: a function of a seed that is fed
  uniform: { readonly shape: Shape };
  // Composites: ops that engines have a fused kernel for; `decompose.ts` gives their meaning in the ops above
  linear: None;
  softmax: None;
  logSoftmax: None;
  standardize: { readonly epsilon: number };
  standardizeGradient: { readonly epsilon: number };
  layerNorm: { readonly epsilon: number };
  gelu: { readonly approximate: GeluForm };
  geluGradient: { readonly approximate: GeluForm };
  crossEntropy: None;
  crossEntropyGradient: None;
}
export type OpName = keyof OpAttrs;

/** `none`: x * Phi(x) by erf; `tanh`: the approximation of Hendrycks and Gimpel 2016 (Bort eq. 11). */
export type GeluForm = "none" | "tanh";

/** Ops that no node computes: they are given. */
export type SourceOp = "parameter" | "constant";
/** Ops whose meaning is written in terms of other ops. */
export type CompositeOp =
  | "linear" | "softmax" | "logSoftmax" | "standardize" | "standardizeGradient" | "layerNorm" | "gelu" | "geluGradient" | "crossEntropy" | "crossEntropyGradient";
export type PrimitiveOp = Exclude<OpName, CompositeOp>;

/** One op applied to earlier values. Immutable, owns no memory. */
export interface NodeOf<K extends OpName> extends TensorType {
  readonly op: K;
  readonly inputs: readonly Node[];
  readonly attrs: OpAttrs[K];
}
export type Node = { [K in OpName]: NodeOf<K> }[OpName];

/** A graph to run: named outputs; its inputs are the `parameter` nodes that they reach. */
export type Graph = Readonly<Record<string, Node>>;

export const sizeOf = (shape: Shape): number => shape.reduce((product, dimension) => product * dimension, 1);

/** `f32[2,3]` */
export const typeToString = ({ dtype, shape }: TensorType): string => `${dtype}[${shape.join(",")}]`;

/** Every node that `outputs` need, each after its inputs (those that `inputsOf` gives), in an order that depends on the graph alone. */
export function topologicalOrder(outputs: readonly Node[], inputsOf: (node: Node) => readonly Node[] = (node) => node.inputs): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const stack = outputs.map((node) => ({ node, inputsDone: false })).reverse();
  while (stack.length > 0) {
    const { node, inputsDone } = stack.pop()!;
    if (inputsDone) order.push(node);
    else if (!seen.has(node)) {
      seen.add(node);
      stack.push({ node, inputsDone: true });
      for (const input of inputsOf(node).toReversed()) if (!seen.has(input)) stack.push({ node: input, inputsDone: false });
    }
  }
  return order;
}

/**
 * The `parameter` nodes of a graph by name. Two nodes may share a name if their types agree.
 *
 * @throws GraphError `graph/attribute` where they do not
 */
export function parametersOf(graph: Graph): Map<string, NodeOf<"parameter">> {
  const parameters = new Map<string, NodeOf<"parameter">>();
  for (const node of topologicalOrder(Object.values(graph))) {
    if (node.op !== "parameter") continue;
    const { name } = node.attrs;
    const [type, earlier] = [node, parameters.get(name) ?? node].map(typeToString);
    if (type !== earlier) {
      throw new GraphError("graph/attribute", `graph: parameter "${name}" is both ${earlier} and ${type}; one name needs one type`);
    }
    parameters.set(name, node);
  }
  return parameters;
}
