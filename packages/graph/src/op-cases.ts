import { type DType, type Node, type OpName, type Shape, type TensorType, sizeOf, typeToString } from "./ir.js";
import * as op from "./ops.js";
import { print } from "./print.js";

/** An operand of a case: its elements are representable in its dtype, so that every backend is given the same numbers. */
export interface OpInput extends TensorType {
  readonly values: readonly number[];
}

/** An op applied to given operands. */
export interface OpCase {
  readonly inputs: readonly OpInput[];
  /** Applies the op to the inputs, as nodes. */
  readonly build: (...inputs: Node[]) => Node;
  /** Whether the op's gradient is its derivative here: not so on a tie of `reduceMax`, or where `stopGradient` says otherwise. */
  readonly smooth: boolean;
}

const smooth = (build: OpCase["build"], ...inputs: OpInput[]): OpCase => ({ inputs, build, smooth: true });
const kinked = (build: OpCase["build"], ...inputs: OpInput[]): OpCase => ({ inputs, build, smooth: false });

/** Numbers in 0..1, the same in every run: a linear congruential generator (Numerical Recipes' constants). */
export function numberStream(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}
const next = numberStream(1);

const tensor = (dtype: DType, shape: Shape, values: readonly number[]): OpInput => ({ dtype, shape, values });
const f32 = (shape: Shape, low = -2, high = 2): OpInput =>
  tensor("f32", shape, Array.from({ length: sizeOf(shape) }, () => Math.fround(low + (high - low) * next())));
const positive = (shape: Shape): OpInput => f32(shape, 0.25, 3);
const exactly = (...values: number[]): OpInput => tensor("f32", [values.length], values.map(Math.fround));
const i32 = (shape: Shape, ...values: number[]): OpInput => tensor("i32", shape, values);
const i64 = (shape: Shape, ...values: number[]): OpInput => tensor("i64", shape, values);
const bool = (shape: Shape, ...values: number[]): OpInput => tensor("bool", shape, values);

const unaryCases = (build: (x: Node) => Node, input: (shape: Shape) => OpInput = f32): OpCase[] =>
  [[], [1], [2, 3], [2, 1, 3]].map((shape) => smooth(build, input(shape)));

const broadcastPairs: readonly (readonly [Shape, Shape])[] = [
  [[], []], [[2, 3], [2, 3]], [[2, 3], [3]], [[2, 1], [2, 3]], [[3], []], [[1, 1], [2]], [[2, 1, 3], [4, 1]], [[2, 1, 2, 1], [3, 1, 2]],
];
const binaryCases = (build: (x: Node, y: Node) => Node, second: (shape: Shape) => OpInput = f32): OpCase[] => [
  ...broadcastPairs.map(([a, b]) => smooth(build, f32(a), second(b))),
  smooth((x) => build(x, x), second([2, 3])),
];
const arithmeticCases = (build: (x: op.Operand, y: op.Operand) => Node): OpCase[] => [
  smooth(build, i32([2, 2], 7, -7, 0, 100), i32([2], 2, -3)),
  smooth((x) => build(x, 3), i32([3], 8, -8, 1)),
  smooth((x) => build(x, 3), f32([2, 2])),
  smooth((x) => build(3, x), positive([2])),
];
const compareCases = (build: (x: op.Operand, y: op.Operand) => Node): OpCase[] => [
  smooth(build, exactly(1, -2, 0, 3), exactly(1, 2, 0, -3)),
  smooth(build, f32([2, 1]), f32([3])),
  smooth(build, i32([2, 2], 1, -5, 3, 0), i32([2], 1, 0)),
  smooth((x) => build(x, 2), i32([3], 1, 2, 3)),
  smooth(build, f32([]), f32([])),
];
const reduceCases = (build: (x: Node, axes: readonly number[]) => Node): OpCase[] => [
  smooth((x) => build(x, [-1]), f32([2, 3])),
  smooth((x) => build(x, [0]), f32([2, 3], -5, -1)),
  smooth((x) => build(x, [0, 1]), f32([2, 3])),
  smooth((x) => build(x, [2, 0]), f32([2, 3, 4])),
  smooth((x) => build(x, [1]), f32([3, 1])),
  smooth((x) => build(x, []), f32([2, 2])),
  smooth((x) => build(x, []), f32([])),
  smooth((x) => build(x, [1, 2]), f32([2, 2, 2, 2])),
];
const rowCases = (build: (x: Node) => Node): OpCase[] => [
  ...[[3], [2, 4], [2, 2, 3], [1, 2, 2, 2], [3, 1], [1]].map((shape) => smooth(build, f32(shape))),
  smooth(build, f32([2, 3], -40, 40)),
];

type MatmulCase = readonly [a: Shape, b: Shape, options?: op.MatmulOptions];
const matmulCases: readonly MatmulCase[] = [
  [[2, 3], [3, 4]],
  [[3, 2], [3, 4], { transposeA: true }],
  [[2, 3], [4, 3], { transposeB: true, alpha: 0.5 }],
  [[3, 2], [4, 3], { transposeA: true, transposeB: true, alpha: -2 }],
  [[1, 1], [1, 1]],
  [[1, 3], [3, 1], { alpha: 3 }],
  [[3, 1], [1, 2]],
  [[2, 2, 3], [2, 3, 4]],
  [[2, 3, 2], [2, 4, 3], { transposeA: true, transposeB: true }],
  [[2, 2, 3], [3, 4]],
  [[2, 3], [2, 4, 3], { transposeB: true, alpha: 0.25 }],
  [[3, 2], [2, 3, 4], { transposeA: true }],
  [[1, 2, 3], [3, 3, 2]],
  [[2, 2, 3, 2], [2, 2, 3, 2], { transposeB: true, alpha: 0.125 }],
  [[2, 2, 2, 3], [2, 2, 2, 3], { transposeA: true, alpha: 1.5 }],
  [[2, 1, 2, 3], [2, 3, 2]],
  [[2, 1, 3, 2], [1, 2, 3, 2], { transposeA: true }],
  [[2, 1, 2, 3], [3, 2, 3], { transposeB: true }],
];

const geluCases = (approximate: "none" | "tanh"): OpCase[] => [
  ...unaryCases((x) => op.gelu(x, approximate)),
  smooth((x) => op.gelu(x, approximate), exactly(-12, -6, -3, 0, 3, 6, 12)),
];
const geluGradientCases = (approximate: "none" | "tanh"): OpCase[] => [
  ...[[], [4], [2, 3], [2, 1, 2]].map((shape) => smooth((x, dy) => op.geluGradient(x, dy, approximate), f32(shape), f32(shape))),
  smooth((x, dy) => op.geluGradient(x, dy, approximate), exactly(-12, -6, 0, 6, 12), f32([5])),
  smooth((x) => op.geluGradient(x, x, approximate), f32([3])),
  smooth((x) => op.geluGradient(op.exp(x), x, approximate), f32([3])),
];

/** Cases of every op: what the contract suite of backends and the tests of the gradients run through. */
export const opCases: { readonly [K in OpName]: readonly OpCase[] } = {
  parameter: [
    smooth((x) => x, f32([2, 3])), smooth((x) => x, f32([])), smooth((x) => x, i32([2], -1, 5)),
    smooth((x) => x, i64([2], -1, 5)), smooth((x) => x, bool([2], 1, 0)),
  ],
  constant: [
    smooth(() => op.constant(0.5, [2, 3])), smooth(() => op.constant([1, -2.25, 3], [3])), smooth(() => op.scalar(2)),
    smooth(() => op.constant([-7, 3], [2], "i32")), smooth(() => op.constant(4, [2], "i64")), smooth(() => op.constant([1, 0], [2], "bool")),
    smooth((x) => op.mul(x, op.constant([1, 2, 3], [3])), f32([2, 3])),
  ],
  neg: unaryCases(op.neg),
  exp: unaryCases(op.exp),
  log: unaryCases(op.log, positive),
  sqrt: unaryCases(op.sqrt, positive),
  tanh: [...unaryCases(op.tanh), smooth(op.tanh, exactly(-20, 0, 20))],
  sigmoid: [...unaryCases(op.sigmoid), smooth(op.sigmoid, exactly(-90, -20, 0, 20, 90))],
  erf: [...unaryCases(op.erf), smooth(op.erf, exactly(-6, -2.5, -1e-3, 0, 1e-3, 2.5, 6))],
  stopGradient: [kinked(op.stopGradient, f32([2, 3])), kinked((x) => op.mul(x, op.stopGradient(x)), f32([3]))],
  keep: unaryCases(op.keep),
  after: [
    smooth(op.after, f32([2, 3]), f32([4, 5])), smooth(op.after, f32([3]), f32([])), smooth(op.after, f32([]), f32([2, 1, 2])),
    smooth((x) => op.after(x, op.exp(x)), f32([3])), smooth((x, y) => op.mul(op.after(op.exp(x), op.matmul(y, y)), op.exp(x)), f32([3]), f32([2, 2])),
  ],
  add: [...binaryCases(op.add), ...arithmeticCases(op.add)],
  sub: [...binaryCases(op.sub), ...arithmeticCases(op.sub)],
  mul: [...binaryCases(op.mul), ...arithmeticCases(op.mul)],
  div: [...binaryCases(op.div, positive), ...arithmeticCases(op.div), smooth(op.div, f32([3]), f32([3], -3, -0.5))],
  equal: [...compareCases(op.equal), smooth(op.equal, bool([2, 2], 1, 0, 0, 1), bool([2], 1, 1))],
  less: compareCases(op.less),
  where: [
    smooth(op.where, bool([2, 3], 1, 0, 0, 0, 1, 1), f32([2, 3]), f32([2, 3])),
    smooth(op.where, bool([2, 1], 1, 0), f32([3]), f32([2, 3])),
    smooth(op.where, bool([3], 1, 0, 1), f32([2, 1]), f32([])),
    smooth(op.where, bool([], 0), f32([2]), f32([2])),
    smooth(op.where, bool([2], 0, 1), i32([2], -4, 5), i32([], 9)),
    smooth(op.where, bool([2, 1], 0, 1), bool([2], 1, 0), bool([], 0)),
    smooth((condition, x) => op.where(condition, x, -1e4), bool([2], 0, 1), f32([2])),
    smooth((condition, x) => op.where(condition, 7, x), bool([2], 0, 1), i32([2], 1, 2)),
    smooth((condition, x) => op.where(condition, x, op.mul(x, x)), bool([3], 0, 1, 0), f32([3])),
  ],
  cast: [
    smooth((x) => op.cast(x, "i32"), exactly(-1.75, -0.25, 0, 0.75, 2.5)),
    smooth((x) => op.cast(x, "bool"), exactly(-2, 0, 0.5)),
    smooth((x) => op.cast(x, "f32"), i32([2, 2], -3, 0, 4, 5)),
    smooth((x) => op.cast(x, "bool"), i32([3], -3, 0, 4)),
    smooth((x) => op.cast(x, "i64"), i32([2], -3, 4)),
    smooth((x) => op.cast(x, "f32"), bool([2, 1], 1, 0)),
    smooth((x) => op.cast(x, "i32"), bool([], 1)),
    smooth((x) => op.cast(x, "i32"), i64([3], -1, 0, 70000)),
    smooth((x) => op.cast(x, "f32"), i64([1, 2], -1, 3)),
    smooth((x) => op.mul(x, op.cast(op.less(x, 0), "f32")), f32([4])),
  ],
  matmul: [
    ...matmulCases.map(([a, b, options]) => smooth((x, y) => op.matmul(x, y, options), f32(a), f32(b))),
    smooth((x) => op.matmul(x, x, { transposeB: true }), f32([2, 3])),
  ],
  reduceSum: reduceCases(op.reduceSum),
  reduceMax: [...reduceCases(op.reduceMax), kinked((x) => op.reduceMax(x, [0]), exactly(1, 2, -1, 2))],
  reshape: [
    smooth((x) => op.reshape(x, [3, 2]), f32([2, 3])), smooth((x) => op.reshape(x, [6]), f32([2, 3])),
    smooth((x) => op.reshape(x, []), f32([1, 1])),
    smooth((x) => op.reshape(x, [1, 1]), f32([])), smooth((x) => op.reshape(x, [2, 1]), i32([2], 4, -5)),
    smooth((x) => op.reshape(x, [2]), bool([1, 2], 0, 1)),
  ],
  expand: [
    smooth((x) => op.expand(x, [2, 3]), f32([3])), smooth((x) => op.expand(x, [2, 3]), f32([2, 1])),
    smooth((x) => op.expand(x, [2, 2]), f32([])),
    smooth((x) => op.expand(x, [2, 2, 2]), f32([2, 1, 2])), smooth((x) => op.expand(x, [2]), f32([2])), smooth((x) => op.expand(x, []), f32([])),
    smooth((x) => op.expand(x, [3, 2]), i32([2], 1, -1)), smooth((x) => op.expand(x, [2, 2]), bool([2, 1], 1, 0)),
  ],
  transpose: [
    smooth((x) => op.transpose(x, [1, 0]), f32([2, 3])), smooth((x) => op.transpose(x, [2, 0, 1]), f32([2, 3, 4])),
    smooth((x) => op.transpose(x, [0, 2, 1, 3]), f32([2, 3, 2, 2])),
    smooth((x) => op.transpose(x, [0, 1]), f32([2, 2])), smooth((x) => op.transpose(x, [0]), f32([3])),
    smooth((x) => op.transpose(x, []), f32([])),
    smooth((x) => op.transpose(x, [1, 0]), i32([2, 2], 1, 2, 3, 4)),
  ],
  slice: [
    smooth((x) => op.slice(x, [1, 0], [2, 3]), f32([2, 3])), smooth((x) => op.slice(x, [0, 1], [2, 3]), f32([2, 4])),
    smooth((x) => op.slice(x, [2], [3]), f32([3])),
    smooth((x) => op.slice(x, [0, 1, 1], [1, 2, 3]), f32([2, 3, 4])), smooth((x) => op.slice(x, [0], [2]), f32([2])),
    smooth((x) => op.slice(x, [1], [3]), i32([3], 1, -2, 3)),
    smooth((x) => op.concat([op.slice(x, [0, 2], [2, 4]), op.slice(x, [0, 0], [2, 2])], 1), f32([2, 4])),
    smooth((x) => op.add(op.slice(x, [0], [3]), op.slice(x, [1], [4])), f32([4])),
  ],
  pad: [
    smooth((x) => op.pad(x, [1, 0], [0, 2]), f32([2, 3])), smooth((x) => op.pad(x, [2], [1]), f32([1])),
    smooth((x) => op.pad(x, [0, 0], [0, 0]), f32([2, 2])),
    smooth((x) => op.pad(x, [1, 0, 2], [1, 1, 0]), f32([1, 2, 2])),
  ],
  concat: [
    smooth((x, y) => op.concat([x, y], 0), f32([2, 3]), f32([1, 3])),
    smooth((x, y, z) => op.concat([x, y, z], 1), f32([2, 1]), f32([2, 3]), f32([2, 2])),
    smooth((x, y) => op.concat([x, y], 1), f32([2, 1, 2]), f32([2, 2, 2])), smooth((x) => op.concat([x], 0), f32([2])),
    smooth((x) => op.concat([x, x], 0), f32([2])),
    smooth((x, y) => op.concat([x, y], 0), i32([2], 1, 2), i32([1], -3)),
  ],
  gather: [
    smooth(op.gather, f32([5, 3]), i32([2], 4, 0)), smooth(op.gather, f32([4, 2]), i32([2, 3], 1, 1, 3, 0, 1, 3)),
    smooth(op.gather, f32([3, 2]), i32([], 2)),
    smooth(op.gather, f32([4]), i32([3], 3, 3, 1)), smooth(op.gather, f32([2, 2, 3]), i32([3], 1, 0, 1)),
    smooth(op.gather, f32([1, 1]), i32([1, 1], 0)),
    smooth(op.gather, i32([3], 10, 20, 30), i32([2], 2, 0)),
  ],
  scatterAdd: [
    smooth(op.scatterAdd, f32([5, 3]), i32([3], 1, 4, 1), f32([3, 3])), smooth(op.scatterAdd, f32([4]), i32([4], 2, 2, 2, 0), f32([4])),
    smooth(op.scatterAdd, f32([3, 2]), i32([2, 2], 0, 2, 2, 0), f32([2, 2, 2])), smooth(op.scatterAdd, f32([3, 2]), i32([], 1), f32([2])),
    smooth(op.scatterAdd, f32([2, 2, 2]), i32([1], 1), f32([1, 2, 2])),
  ],
  uniform: [
    ...[[], [1], [7], [2, 3], [3, 1, 5], [2, 1, 2, 9]].map((shape, i) => smooth((seed) => op.uniform(seed, shape), i32([], 5 - 3 * i))),
    smooth((seed) => op.uniform(seed, [4]), i32([], 2 ** 31 - 1)),
    smooth((seed, x) => op.mul(op.uniform(seed, [3]), x), i32([], 1), f32([2, 3])),
    smooth((seed, x) => op.where(op.less(op.uniform(seed, [2, 1, 3]), 0.5), 0, x), i32([], 8), f32([2, 4, 3])),
    smooth((seed, x) => op.mul(op.transpose(op.uniform(op.add(seed, 2), [3, 2]), [1, 0]), x), i32([], -9), f32([2, 3])),
  ],
  linear: [
    smooth(op.linear, f32([2, 3]), f32([4, 3]), f32([4])), smooth(op.linear, f32([1, 1]), f32([1, 1]), f32([1])),
    smooth(op.linear, f32([3, 2]), f32([1, 2]), f32([1])),
    smooth((x, bias) => op.linear(x, x, bias), f32([2, 3]), f32([2])),
  ],
  softmax: rowCases(op.softmax),
  logSoftmax: rowCases(op.logSoftmax),
  standardize: [...rowCases((x) => op.standardize(x, 1e-5)), smooth((x) => op.standardize(x, 0.5), f32([2, 3]))],
  standardizeGradient: [
    ...[[3], [2, 4], [2, 2, 3], [3, 1]].map((shape) => smooth((x, dy) => op.standardizeGradient(x, dy, 1e-5), f32(shape), f32(shape))),
    smooth((x) => op.standardizeGradient(x, x, 0.5), f32([2, 3])),
    smooth((x) => op.standardizeGradient(x, op.mul(x, x), 0.1), f32([2, 3])),
    smooth((x) => op.standardizeGradient(op.mul(x, x), x, 0.1), f32([2, 3])),
  ],
  layerNorm: [
    ...[[4], [2, 3], [2, 2, 4], [2, 1]].map((shape) => {
      const width = shape.slice(-1);
      return smooth((x, gain, bias) => op.layerNorm(x, gain, bias, 1e-5), f32(shape), f32(width), f32(width));
    }),
    smooth((x, gain, bias) => op.layerNorm(x, gain, bias, 0.25), f32([3, 3]), f32([3]), f32([3])),
  ],
  gelu: [...geluCases("none"), ...geluCases("tanh")],
  geluGradient: [...geluGradientCases("none"), ...geluGradientCases("tanh")],
  crossEntropy: [
    smooth(op.crossEntropy, f32([3, 4]), i32([3], 0, 3, 3)), smooth(op.crossEntropy, f32([1, 2]), i32([1], 1)),
    smooth(op.crossEntropy, f32([2, 1]), i32([2], 0, 0)),
    smooth(op.crossEntropy, f32([2, 3], -40, 40), i32([2], 2, 0)),
  ],
  crossEntropyGradient: [
    smooth(op.crossEntropyGradient, f32([3, 4]), i32([3], 0, 3, 3), f32([3])),
    smooth(op.crossEntropyGradient, f32([1, 2]), i32([1], 1), f32([1])),
    smooth(op.crossEntropyGradient, f32([2, 1]), i32([2], 0, 0), f32([2])),
    smooth(op.crossEntropyGradient, f32([2, 3], -40, 40), i32([2], 2, 0), f32([2])),
  ],
};

/** Many ops at once: the losses of a two-layer classifier of embedded ids. Inputs: table, ids, two weights with biases, labels. */
export const networkCase: OpCase = smooth(
  (table, ids, weight, bias, outputWeight, outputBias, labels) => {
    const embedded = op.reshape(op.gather(table!, ids!), [6, 2]); // [rows, 2]
    const hidden = op.gelu(op.linear(op.standardize(embedded, 1e-3), weight!, bias!)); // [rows, 3]
    return op.crossEntropy(op.linear(op.tanh(hidden), outputWeight!, outputBias!), labels!); // [rows]
  },
  f32([4, 2]), i32([2, 3], 1, 1, 3, 0, 1, 3), f32([3, 2]), f32([3]), f32([4, 3]), f32([4]), i32([6], 0, 3, 1, 2, 2, 0),
);

/** A case as a graph to run. */
export interface BuiltCase {
  /** The operands' types and the op with its attributes. */
  readonly title: string;
  /** `x0`, `x1`, ... */
  readonly parameters: readonly Node[];
  readonly output: Node;
  /** Elements of each parameter by name. */
  readonly values: Readonly<Record<string, readonly number[]>>;
}
export function buildCase({ inputs, build }: OpCase): BuiltCase {
  const parameters = inputs.map(({ shape, dtype }, i) => op.parameter(`x${i}`, shape, dtype));
  const output = build(...parameters);
  const [applied] = print({ output }).split("\n").slice(-2);
  return {
    title: `${inputs.map(typeToString).join(", ")}: ${applied}`,
    parameters,
    output,
    values: Object.fromEntries(inputs.map(({ values }, i) => [`x${i}`, values])),
  };
}

/** A sum of the elements of `y`, each with a weight of its own, so that no two of its cotangents are alike. */
export function weightedSum(y: Node): Node {
  const weight = numberStream(7);
  return op.sumAll(op.mul(y, op.constant(Array.from({ length: sizeOf(y.shape) }, () => Math.fround(weight() - 0.4)), y.shape)));
}
