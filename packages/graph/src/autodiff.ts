import { GraphError } from "./graph-error.js";
import { type Node, type NodeOf, type OpName, type Shape, topologicalOrder, typeToString } from "./ir.js";
import { decompose } from "./decompose.js";
import * as op from "./ops.js";
import { Recomputation } from "./recomputation.js";

/** Cotangent of each input, given that of the result; `null` where none flows. Broadcast inputs are summed down by the walk. */
type VjpRule<K extends OpName> = (node: NodeOf<K>, dy: Node) => readonly (Node | null)[];

const noGradient = (node: NodeOf<OpName>): null[] => node.inputs.map(() => null);
/** A node seen by its own rule is a `Node`; the compiler cannot see that `NodeOf<K>` is a member of the union. */
const result = <K extends OpName>(node: NodeOf<K>): Node => node as NodeOf<OpName> as Node;

const vjpRules: { readonly [K in OpName]: VjpRule<K> } = {
  parameter: noGradient, constant: noGradient, stopGradient: noGradient, equal: noGradient, less: noGradient, uniform: noGradient,
  // d(-x) = -dx
  neg: (_, dy) => [op.neg(dy)],
  // d e^x = e^x dx
  exp: (y, dy) => [op.mul(dy, result(y))],
  // d log x = dx / x
  log: ({ inputs: [x] }, dy) => [op.div(dy, x!)],
  // d sqrt x = dx / (2 sqrt x)
  sqrt: (y, dy) => [op.div(dy, op.mul(result(y), 2))],
  // d tanh x = (1 - tanh^2 x) dx
  tanh: (y, dy) => [op.mul(dy, op.sub(1, op.mul(result(y), result(y))))],
  // d s(x) = s (1 - s) dx
  sigmoid: (y, dy) => [op.mul(dy, op.mul(result(y), op.sub(1, result(y))))],
  // d erf x = 2 / sqrt(pi) e^(-x^2) dx
  erf: ({ inputs: [x] }, dy) => [op.mul(dy, op.mul(op.exp(op.neg(op.mul(x!, x!))), 2 / Math.sqrt(Math.PI)))],
  keep: (_, dy) => [dy],
  after: (_, dy) => [dy, null],
  add: (_, dy) => [dy, dy],
  sub: (_, dy) => [dy, op.neg(dy)],
  // d xy = y dx + x dy
  mul: ({ inputs: [x, y] }, dy) => [op.mul(dy, y!), op.mul(dy, x!)],
  // d x/y = dx / y - x dy / y^2
  div: ({ inputs: [x, y] }, dy) => [op.div(dy, y!), op.neg(op.div(op.mul(dy, x!), op.mul(y!, y!)))],
  where: ({ inputs: [condition] }, dy) => [null, op.where(condition!, dy, 0), op.where(condition!, 0, dy)],
  cast: ({ inputs: [x], attrs }, dy) => [x!.dtype === "f32" && attrs.to === "f32" ? dy : null],
  // C = alpha A B: dA = alpha dC B^T, dB = alpha A^T dC, with each side transposed where it was read transposed
  matmul: ({ inputs: [a, b], attrs: { transposeA, transposeB, alpha } }, dy) => [
    transposeA ? op.matmul(b!, dy, { transposeA: transposeB, transposeB: true, alpha }) : op.matmul(dy, b!, { transposeB: !transposeB, alpha }),
    transposeB ? op.matmul(dy, a!, { transposeA: true, transposeB: transposeA, alpha }) : op.matmul(a!, dy, { transposeA: !transposeA, alpha }),
  ],
  reduceSum: ({ inputs: [x] }, dy) => [op.expand(dy, x!.shape)],
  // The elements that reach the maximum share it.
  reduceMax: (y, dy) => {
    const hit = op.cast(op.equal(y.inputs[0]!, result(y)), "f32");
    return [op.mul(dy, op.div(hit, op.reduceSum(hit, y.attrs.axes)))];
  },
  reshape: ({ inputs: [x] }, dy) => [op.reshape(dy, x!.shape)],
  expand: (_, dy) => [dy],
  transpose: ({ attrs: { perm } }, dy) => [op.transpose(dy, perm.map((_, i) => perm.indexOf(i)))],
  slice: ({ inputs: [x], attrs: { starts, ends } }, dy) => [op.pad(dy, starts, x!.shape.map((d, i) => d - ends[i]!))],
  pad: ({ inputs: [x], attrs: { before } }, dy) => [op.slice(dy, before, x!.shape.map((d, i) => before[i]! + d))],
  concat: ({ inputs, attrs: { axis } }, dy) => {
    let end = 0;
    return inputs.map((x) => {
      const start = end;
      end += x.shape[axis]!;
      return op.slice(dy, x.shape.map((_, i) => (i === axis ? start : 0)), x.shape.map((d, i) => (i === axis ? end : d)));
    });
  },
  gather: ({ inputs: [table, ids] }, dy) => [op.scatterAdd(op.zeros(table!.shape), ids!, dy), null],
  scatterAdd: ({ inputs: [, ids] }, dy) => [dy, null, op.gather(dy, ids!)],
  // Y = X W^T + b: dX = dY W, dW = dY^T X, db = sum over rows
  linear: ({ inputs: [x, weight] }, dy) => [op.matmul(dy, weight!), op.matmul(dy, x!, { transposeA: true }), dy],
  // dx = y (dy - sum dy y)
  softmax: (y, dy) => {
    const weighted = op.mul(dy, result(y));
    return [op.sub(weighted, op.mul(result(y), op.reduceSum(weighted, [-1])))];
  },
  // dx = dy - softmax(x) sum dy
  logSoftmax: ({ inputs: [x] }, dy) => [op.sub(dy, op.mul(op.softmax(x!), op.reduceSum(dy, [-1])))],
  standardize: ({ inputs: [x], attrs: { epsilon } }, dy) => [op.standardizeGradient(x!, dy, epsilon)],
  standardizeGradient: byMeaning,
  layerNorm: ({ inputs: [x, gain], attrs: { epsilon } }, dy) => [
    op.standardizeGradient(x!, op.mul(dy, gain!), epsilon),
    op.mul(dy, op.standardize(x!, epsilon)),
    dy,
  ],
  gelu: ({ inputs: [x], attrs: { approximate } }, dy) => [op.geluGradient(x!, dy, approximate)],
  geluGradient: byMeaning,
  crossEntropy: ({ inputs: [logits, labels] }, dy) => [op.crossEntropyGradient(logits!, labels!, dy), null],
  crossEntropyGradient: byMeaning,
};

/** The rule of an op that needs no better one: differentiate its decomposition. */
function byMeaning(node: NodeOf<"standardizeGradient" | "geluGradient" | "crossEntropyGradient">, dy: Node): (Node | null)[] {
  const cotangents = backpropagate([[decompose(node), dy]], node.inputs, new Set(node.inputs));
  // A value that is two inputs at once has one cotangent, of both uses.
  return node.inputs.map((input, i) => (node.inputs.indexOf(input) === i ? (cotangents.get(input) ?? null) : null));
}

export interface GradientOptions {
  /**
   * Computes again, for the backward pass, what lies between values marked by `keep`, in place of holding it in memory from the forward pass on.
   * The gradients are the same. Default false.
   */
  readonly recompute?: boolean;
}

/**
 * The gradient of a scalar with respect to each of `targets`, as nodes of the targets' shapes (zeros where the loss does not depend on one).
 *
 * @throws GraphError `graph/not-scalar` unless `loss` is an f32 scalar.
 */
export function gradients<const Targets extends readonly Node[]>(
  loss: Node, targets: Targets, { recompute = false }: GradientOptions = {},
): { -readonly [I in keyof Targets]: Node } {
  if (loss.shape.length !== 0 || loss.dtype !== "f32") {
    throw new GraphError("graph/not-scalar", `graph: gradients need a scalar loss, got ${loss.dtype}[${loss.shape}]; reduce it with sumAll`);
  }
  const cotangents = backpropagate([[loss, op.scalar(1)]], targets, new Set(), recompute);
  return targets.map((target) => cotangents.get(target) ?? op.zeros(target.shape)) as { -readonly [I in keyof Targets]: Node };
}

/**
 * The vector-Jacobian product: the gradient of sum over outputs of <output, cotangent> with respect to each of `targets`, whose shape it has; `null` where no
 * output depends on one.
 *
 * @throws GraphError `graph/shape` for a cotangent of another shape than its output
 */
export function pullback(outputs: readonly (readonly [output: Node, cotangent: Node])[], targets: readonly Node[]): (Node | null)[] {
  for (const [output, cotangent] of outputs) {
    if (output.dtype === "f32" && typeToString(output) === typeToString(cotangent)) continue;
    throw new GraphError("graph/shape", `graph: a cotangent needs the type of its f32 output, ${typeToString(output)}, got ${typeToString(cotangent)}`);
  }
  const cotangents = backpropagate(outputs, targets, new Set());
  return targets.map((target) => cotangents.get(target) ?? null);
}

/** Reverse-mode differentiation: walks from outputs with their cotangents towards `targets`, not beyond `stops`. */
function backpropagate(
  outputs: readonly (readonly [output: Node, cotangent: Node])[], targets: readonly Node[], stops: ReadonlySet<Node>, recompute = false,
): Map<Node, Node> {
  const order = topologicalOrder(outputs.map(([output]) => output), (node) => (stops.has(node) ? [] : node.inputs));
  const recomputation = recompute ? new Recomputation(order) : null;
  const reachesTarget = new Set<Node>(targets);
  for (const node of order) if (node.inputs.some((input) => reachesTarget.has(input))) reachesTarget.add(node);
  const contributions = new Map<Node, Node[]>();
  for (const [output, cotangent] of outputs) contributions.set(output, [...(contributions.get(output) ?? []), cotangent]);
  const cotangents = new Map<Node, Node>();
  for (const node of order.reverse()) {
    const parts = contributions.get(node);
    if (parts === undefined || !reachesTarget.has(node)) continue;
    const total = sum(parts);
    cotangents.set(node, total);
    if (stops.has(node)) continue;
    const rule = vjpRules[node.op] as VjpRule<OpName>;
    for (const [i, dx] of rule(recomputation?.again(node, total) ?? node, total).entries()) {
      const input = node.inputs[i]!;
      if (dx === null || !reachesTarget.has(input)) continue;
      const part = unbroadcast(dx, input.shape);
      const others = contributions.get(input);
      if (others === undefined) contributions.set(input, [part]);
      else others.push(part);
    }
  }
  return cotangents;
}

/** Sums `dy` down to the shape that was broadcast to reach it. */
function unbroadcast(dy: Node, shape: Shape): Node {
  const added = dy.shape.length - shape.length;
  const axes = dy.shape.flatMap((d, i) => (i < added || (shape[i - added] === 1 && d !== 1) ? [i] : []));
  return axes.length === 0 ? dy : op.reshape(op.reduceSum(dy, axes), shape);
}

/** The sum of a value's cotangents, without the zeros that slices and gathers would bring. */
function sum(parts: readonly Node[]): Node {
  const tiles = asTiles(parts);
  if (tiles !== null) return tiles;
  const scattered = parts.filter(isScatteredOnZeros);
  const dense = parts.filter((part) => !(scattered as readonly Node[]).includes(part));
  const base = dense.length === 0 ? scattered.shift()! : dense.reduce((a, b) => op.add(a, b));
  return scattered.reduce((total, { inputs: [, ids, rows] }) => op.scatterAdd(total, ids!, rows!), base);
}

/** The cotangent that a gather brings to its table. */
function isScatteredOnZeros(part: Node): part is NodeOf<"scatterAdd"> {
  const base = part.op === "scatterAdd" ? part.inputs[0]! : undefined;
  return base?.op === "constant" && base.attrs.data === 0;
}

/** Cotangents of slices that tile their source along one axis are its concatenation. */
function asTiles(parts: readonly Node[]): Node | null {
  const pads = parts.filter((part): part is NodeOf<"pad"> => part.op === "pad");
  if (pads.length < 2 || pads.length !== parts.length) return null;
  const axis = pads[0]!.shape.findIndex((size, i) => pads[0]!.inputs[0]!.shape[i] !== size);
  const padsOnlyAxis = pads.every(({ attrs }) => [attrs.before, attrs.after].every((sizes) => sizes.every((size, i) => i === axis || size === 0)));
  if (axis < 0 || !padsOnlyAxis) return null;
  const inOrder = pads.toSorted((a, b) => a.attrs.before[axis]! - b.attrs.before[axis]!);
  let end = 0;
  for (const { attrs, inputs } of inOrder) {
    if (attrs.before[axis] !== end) return null;
    end += inputs[0]!.shape[axis]!;
  }
  return end === pads[0]!.shape[axis] ? op.concat(inOrder.map(({ inputs }) => inputs[0]!), axis) : null;
}
