import { type EncoderArch } from "@bort/arch";
import * as op from "@bort/graph";
import { type Graph, type Node, type NodeOf, topologicalOrder } from "@bort/graph";
import { type ModelHead } from "@bort/nn";
import { type AxisPart, type ParameterAxis, parameterAxes } from "./parameter-axes.js";

/** The prunable parameters of a vector of units, `[size]`, by the name of the vector; none where its units are not pruned, and count as ones. */
export type Alphas = Readonly<Record<string, Node>>;

/**
 * A graph over a model's parameters with prunable parameters multiplied into them: K, Q, V, P, D and G as in schuBERT's table 5.
 *
 * A unit whose prunable parameter is zero is not there: norms over hidden units take mean and variance of the others, so that the graph computes what the network without the unit does.
 * The graph may be of any objective, as long as its parameters have the names that they have in the model.
 */
export function prunableGraph<G extends Graph>(graph: G, arch: EncoderArch, head: ModelHead, alphas: Alphas): G {
  const multiplied = new Map(multipliedParameters(arch, head, alphas));
  const isKept = "h" in alphas ? isNotZero(alphas["h"]!) : undefined;
  const normsOfHidden = new Set(parameterAxes(arch, head).filter(({ spec, axes }) => spec.name.endsWith(".gain") && axes[0]![0]!.factor === "isKept").map(({ spec }) => spec.name));
  const replaced = new Map<Node, Node>();
  for (const node of topologicalOrder(Object.values(graph))) {
    const inputs = node.inputs.map((input) => replaced.get(input)!);
    const same = inputs.every((input, i) => input === node.inputs[i]) ? node : { ...node, inputs } as Node;
    if (node.op === "parameter") replaced.set(node, multiplied.get(node.attrs.name) ?? node);
    else if (node.op === "layerNorm" && isKept !== undefined && isNamed(node.inputs[1]!, normsOfHidden)) replaced.set(node, normOfKept(same as NodeOf<"layerNorm">, isKept));
    else replaced.set(node, same);
  }
  return Object.fromEntries(Object.entries(graph).map(([name, node]) => [name, replaced.get(node)!])) as G;
}

/** The parameters that prunable ones are multiplied into, by name, with the products. */
export function multipliedParameters(arch: EncoderArch, head: ModelHead, alphas: Alphas): [string, Node][] {
  return parameterAxes(arch, head).flatMap(({ spec, axes }): [string, Node][] => {
    const parameter = op.parameter(spec.name, spec.shape);
    const product = axes.reduce((node, axis, i) => multiplied(node, axis, alphas, axes.length - 1 - i), parameter);
    return product === parameter ? [] : [[spec.name, product]];
  });
}

/** The rows of a matrix, where one axis follows, else its columns, or the elements of a vector, times what their units say. */
function multiplied(values: Node, axis: ParameterAxis, alphas: Alphas, axesAfter: number): Node {
  if (!axis.some((part) => part.factor !== "none" && part.units.some(({ name }) => name in alphas))) return values;
  const parts = axis.map((part) => factorOf(part, alphas));
  const factor = parts.length === 1 ? parts[0]! : op.concat(parts, 0); // [size]
  return op.mul(values, axesAfter === 0 ? factor : op.reshape(factor, [factor.shape[0]!, 1]));
}

/** `[size]`: what the rows of a part are multiplied by. */
function factorOf({ units, size, factor }: AxisPart, alphas: Alphas): Node {
  const known = units.map(({ name }) => alphas[name]);
  if (factor === "none" || known.every((alpha) => alpha === undefined)) return op.constant(1, [size]);
  const each = known.map((alpha) => (alpha !== undefined && factor === "isKept" ? isNotZero(alpha) : alpha));
  if (each.length === 1) return each[0]!;
  const [rows, columns] = each.map((alpha, i) => op.reshape(alpha ?? op.constant(1, [units[i]!.size]), i === 0 ? [units[0]!.size, 1] : [1, units[1]!.size]));
  return op.reshape(op.mul(rows!, columns!), [size]);
}

/** 1 or 0: `[size]`, before and after. No gradient flows through it. */
const isNotZero = (alpha: Node): Node => op.where(op.equal(alpha, 0), op.zeros(alpha.shape), op.constant(1, alpha.shape));

const isNamed = (node: Node, names: ReadonlySet<string>): boolean => node.op === "parameter" && names.has(node.attrs.name);

/** LayerNorm whose mean and variance are those of the units that stay; what comes of the others is zero, because their gain and bias are. `[rows, size]` */
function normOfKept({ inputs: [x, gain, bias], attrs: { epsilon } }: NodeOf<"layerNorm">, isKept: Node): Node {
  const count = op.reduceSum(isKept, [0]);
  const share = op.div(isKept, op.where(op.less(count, 1), 1, count)); // [size]
  const meanOf = (values: Node): Node => op.reduceSum(op.mul(values, share), [-1]); // [rows, 1]
  const centered = op.mul(op.sub(x!, meanOf(x!)), isKept);
  const deviation = op.sqrt(op.add(meanOf(op.mul(centered, centered)), epsilon));
  return op.add(op.mul(op.div(centered, deviation), gain!), bias!);
}
