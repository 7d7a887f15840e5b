import { GraphError } from "./graph-error.js";
import { type DType, type OpAttrs, type OpName, type Shape, type SourceOp, type TensorType, sizeOf, typeToString } from "./ir.js";

/** Type of an op's result, given its inputs' types; throws `GraphError` where there is none. */
type InferRule<K extends OpName> = (inputs: readonly TensorType[], attrs: OpAttrs[K]) => TensorType;

const fail = (message: string): never => {
  throw new GraphError("graph/shape", message);
};
const require = (condition: boolean, message: () => string): void => {
  if (!condition) fail(message());
};
const list = (types: readonly TensorType[]): string => types.map(typeToString).join(", ");
const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((d, i) => d === b[i]);

/** NumPy broadcasting of two shapes. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    require(x === y || x === 1 || y === 1, () => `graph: cannot broadcast [${a}] with [${b}]; sizes must be equal or 1`);
    return x === 1 ? y : x;
  });
}

function sameDtype(types: readonly TensorType[]): void {
  if (types.some((t) => t.dtype !== types[0]!.dtype)) {
    throw new GraphError("graph/dtype", `graph: operands must share a dtype, got ${list(types)}; use cast`);
  }
}
function hasDtype(types: readonly TensorType[], allowed: readonly DType[]): void {
  sameDtype(types);
  if (!allowed.includes(types[0]!.dtype)) {
    throw new GraphError("graph/dtype", `graph: operands must be ${allowed.join(" or ")}, got ${list(types)}; use cast`);
  }
}
const isFloat = (types: readonly TensorType[]): void => hasDtype(types, ["f32"]);

const unary: InferRule<OpName> = (types) => {
  isFloat(types);
  return types[0]!;
};
const broadcast = ([x, y]: readonly TensorType[]): Shape => broadcastShapes(x!.shape, y!.shape);
const arithmetic: InferRule<OpName> = (types) => {
  hasDtype(types, ["f32", "i32"]);
  return { dtype: types[0]!.dtype, shape: broadcast(types) };
};
/** An op on the rows of the last axis. */
const alongRows: InferRule<OpName> = (types) => {
  isFloat(types);
  rankAtLeast(1, types);
  return types[0]!;
};
const reduce = ([x]: readonly TensorType[], { axes }: { readonly axes: readonly number[] }): TensorType => {
  isFloat([x!]);
  const fits = axes.every((a, i) => Number.isInteger(a) && a >= 0 && a < x!.shape.length && axes.indexOf(a) === i);
  require(fits, () => `graph: cannot reduce ${typeToString(x!)} over axes (${axes}); they must be distinct axes that it has`);
  return { dtype: x!.dtype, shape: x!.shape.map((d, i) => (axes.includes(i) ? 1 : d)) };
};
const gradientOf: InferRule<OpName> = (types) => {
  isFloat(types);
  require(sameShape(types[0]!.shape, types[1]!.shape), () => `graph: a gradient must have its value's shape, got ${list(types)}`);
  return types[0]!;
};
const rankAtLeast = (rank: number, types: readonly TensorType[]): void =>
  require(types.every((t) => t.shape.length >= rank), () => `graph: needs rank at least ${rank}, got ${list(types)}`);
/** Whether every size is a positive whole number. */
export const isShape = (shape: Shape): boolean => shape.every((d) => Number.isSafeInteger(d) && d > 0);
const oneLabelPerRow = ([logits, labels]: readonly TensorType[]): void =>
  require(logits!.dtype === "f32" && logits!.shape.length === 2 && labels!.dtype === "i32" && sameShape(labels!.shape, [logits!.shape[0]!]), () =>
    `graph: cross-entropy needs logits f32[rows, classes] and labels i32[rows], got ${list([logits!, labels!])}`);

export const inferRules: { readonly [K in Exclude<OpName, SourceOp>]: InferRule<K> } = {
  neg: unary, exp: unary, log: unary, sqrt: unary, tanh: unary, sigmoid: unary, erf: unary, stopGradient: unary, keep: unary,
  after: (types) => {
    isFloat(types);
    return types[0]!;
  },
  add: arithmetic, sub: arithmetic, mul: arithmetic, div: arithmetic,
  equal: (types) => {
    hasDtype(types, ["f32", "i32", "bool"]);
    return { dtype: "bool", shape: broadcast(types) };
  },
  less: (types) => {
    hasDtype(types, ["f32", "i32"]);
    return { dtype: "bool", shape: broadcast(types) };
  },
  where: ([c, x, y]) => {
    if (c!.dtype !== "bool") throw new GraphError("graph/dtype", `graph: where needs a bool condition, got ${typeToString(c!)}`);
    sameDtype([x!, y!]);
    return { dtype: x!.dtype, shape: broadcastShapes(c!.shape, broadcastShapes(x!.shape, y!.shape)) };
  },
  cast: ([x], { to }) => ({ dtype: to, shape: x!.shape }),
  matmul: ([a, b], { transposeA, transposeB }) => {
    isFloat([a!, b!]);
    rankAtLeast(2, [a!, b!]);
    const [m, k] = transposeA ? a!.shape.slice(-2).reverse() : a!.shape.slice(-2);
    const [k2, n] = transposeB ? b!.shape.slice(-2).reverse() : b!.shape.slice(-2);
    require(k === k2, () =>
      `graph: matmul's inner sizes differ: ${typeToString(a!)}${transposeA ? "^T" : ""} @ ${typeToString(b!)}${transposeB ? "^T" : ""}`);
    return { dtype: "f32", shape: [...broadcastShapes(a!.shape.slice(0, -2), b!.shape.slice(0, -2)), m!, n!] };
  },
  reduceSum: reduce, reduceMax: reduce,
  reshape: ([x], { shape }) => {
    require(isShape(shape) && sizeOf(shape) === sizeOf(x!.shape), () =>
      `graph: cannot reshape ${typeToString(x!)} (${sizeOf(x!.shape)} elements) to [${shape}] (${sizeOf(shape)})`);
    return { dtype: x!.dtype, shape };
  },
  expand: ([x], { shape }) => {
    require(isShape(shape) && sameShape(broadcastShapes(x!.shape, shape), shape), () =>
      `graph: cannot expand ${typeToString(x!)} to [${shape}]`);
    return { dtype: x!.dtype, shape };
  },
  transpose: ([x], { perm }) => {
    require(sameShape(perm.toSorted((p, q) => p - q), x!.shape.map((_, i) => i)), () =>
      `graph: (${perm}) is not a permutation of the axes of ${typeToString(x!)}`);
    return { dtype: x!.dtype, shape: perm.map((p) => x!.shape[p]!) };
  },
  slice: ([x], { starts, ends }) => {
    rankAtLeast(1, [x!]);
    const inside = x!.shape.every((d, i) => 0 <= starts[i]! && starts[i]! < ends[i]! && ends[i]! <= d);
    const whole = [starts, ends].every((n) => n.length === x!.shape.length && n.every(Number.isInteger));
    require(whole && inside, () => `graph: slice (${starts})..(${ends}) is empty or leaves ${typeToString(x!)}`);
    return { dtype: x!.dtype, shape: starts.map((s, i) => ends[i]! - s) };
  },
  pad: ([x], { before, after }) => {
    isFloat([x!]);
    rankAtLeast(1, [x!]);
    require([before, after].every((n) => n.length === x!.shape.length && n.every((v) => Number.isInteger(v) && v >= 0)), () =>
      `graph: pad (${before}), (${after}) does not fit ${typeToString(x!)}`);
    return { dtype: x!.dtype, shape: x!.shape.map((d, i) => before[i]! + d + after[i]!) };
  },
  concat: (types, { axis }) => {
    require(types.length > 0, () => "graph: concat needs at least one tensor, got none");
    sameDtype(types);
    const [first, ...rest] = types;
    const fits = rest.every((t) => t.shape.length === first!.shape.length && t.shape.every((d, i) => i === axis || d === first!.shape[i]));
    require(Number.isInteger(axis) && axis >= 0 && axis < first!.shape.length && fits, () =>
      `graph: cannot concatenate ${list(types)} on axis ${axis}; the other sizes must agree`);
    return { dtype: first!.dtype, shape: first!.shape.map((d, i) => (i === axis ? types.reduce((sum, t) => sum + t.shape[axis]!, 0) : d)) };
  },
  gather: ([table, ids]) => {
    rankAtLeast(1, [table!]);
    require(ids!.dtype === "i32", () => `graph: gather needs i32 ids, got ${typeToString(ids!)}`);
    return { dtype: table!.dtype, shape: [...ids!.shape, ...table!.shape.slice(1)] };
  },
  scatterAdd: ([base, ids, rows]) => {
    isFloat([base!, rows!]);
    require(ids!.dtype === "i32" && sameShape(rows!.shape, [...ids!.shape, ...base!.shape.slice(1)]), () =>
      `graph: scatterAdd needs a base, i32 ids and rows [ids, ...base's row], got ${list([base!, ids!, rows!])}`);
    return base!;
  },
  uniform: ([seed], { shape }) => {
    require(seed!.dtype === "i32" && seed!.shape.length === 0 && isShape(shape), () =>
      `graph: uniform needs a seed i32[] and positive whole sizes, got ${typeToString(seed!)} and [${shape}]`);
    return { dtype: "f32", shape };
  },
  linear: (types) => {
    isFloat(types);
    const [x, weight, bias] = types;
    const fits = x!.shape.length === 2 && weight!.shape.length === 2 && x!.shape[1] === weight!.shape[1] && sameShape(bias!.shape, [weight!.shape[0]!]);
    require(fits, () => `graph: linear needs x [rows, in], weight [out, in], bias [out], got ${list(types)}`);
    return { dtype: "f32", shape: [x!.shape[0]!, weight!.shape[0]!] };
  },
  softmax: alongRows, logSoftmax: alongRows, standardize: alongRows, gelu: unary,
  standardizeGradient: (types, attrs) => {
    rankAtLeast(1, types);
    return gradientOf(types, attrs);
  },
  geluGradient: gradientOf,
  layerNorm: (types) => {
    isFloat(types);
    const width = types[0]!.shape.at(-1);
    require(types.slice(1).every((t) => sameShape(t.shape, [width!])), () =>
      `graph: layerNorm needs x [..., width], gain [width], bias [width], got ${list(types)}`);
    return types[0]!;
  },
  crossEntropy: (types) => {
    oneLabelPerRow(types);
    return { dtype: "f32", shape: [types[0]!.shape[0]!] };
  },
  crossEntropyGradient: (types) => {
    oneLabelPerRow(types);
    require(types[2]!.dtype === "f32" && sameShape(types[2]!.shape, [types[0]!.shape[0]!]), () =>
      `graph: crossEntropyGradient needs one factor a row, got ${list(types)}`);
    return types[0]!;
  },
};
