import { broadcastShapes } from "./infer.js";
import { type DType, type Node, type OpName, sizeOf } from "./ir.js";
import * as op from "./ops.js";
import { type Growth, hasShape, margin, type Wanted } from "./random-growth.js";

/** Draws a node; `undefined`: what was drawn will not do. */
type GrowthRule = (growth: Growth) => Node | undefined;

const unary = (build: (x: Node) => Node, wanted: Wanted = {}): GrowthRule => (g) => build(g.take("f32", wanted));
const alongRows = (build: (x: Node) => Node): GrowthRule => unary(build, { rank: 1 });
const arithmetic = (build: (x: Node, y: Node) => Node): GrowthRule => (g) => {
  const x = g.take(g.chance(0.75) ? "f32" : "i32");
  return build(x, g.beside(x.shape, x.dtype));
};
const anyDtype = (g: Growth): DType => g.pick(["f32", "f32", "f32", "f32", "i32", "bool"]);
/** A cotangent of a value. */
const cotangentOf = (g: Growth, x: Node): Node => g.take("f32", { shape: x.shape, fits: hasShape(x.shape) });

/** How to draw each op's operands and attributes. */
export const randomOps: { readonly [K in OpName]: GrowthRule } = {
  parameter: (g) => g.fresh(g.pick(["f32", "f32", "i32", "i64", "bool"]), g.shape()),
  constant: (g) => g.fresh(anyDtype(g), g.shape()),
  neg: unary(op.neg),
  exp: unary(op.exp, { high: 2 }),
  log: unary(op.log, { low: 0.2 }),
  sqrt: unary(op.sqrt, { low: 0.2 }),
  tanh: unary(op.tanh),
  sigmoid: unary(op.sigmoid),
  erf: unary(op.erf),
  stopGradient: unary(op.stopGradient),
  keep: unary(op.keep),
  after: (g) => op.after(g.take("f32"), g.take("f32")),
  add: arithmetic(op.add),
  sub: arithmetic(op.sub),
  mul: arithmetic(op.mul),
  div: (g) => {
    const x = g.take(g.chance(0.75) ? "f32" : "i32");
    if (x.dtype === "f32") return op.div(x, g.beside(x.shape, "f32", g.chance(0.5) ? { low: 0.4 } : { high: -0.4 }));
    return op.div(x, g.beside(x.shape, "i32", g.chance(0.5) ? { low: 1 } : { high: -1 }));
  },
  equal: (g) => {
    const x = g.take(anyDtype(g));
    const y = g.beside(x.shape, x.dtype);
    return x.dtype !== "f32" || x === y || g.isApart(op.sub(x, y)) ? op.equal(x, y) : undefined;
  },
  less: (g) => {
    const x = g.take(g.chance(0.75) ? "f32" : "i32");
    const y = g.beside(x.shape, x.dtype);
    return x.dtype !== "f32" || g.isApart(op.sub(x, y)) ? op.less(x, y) : undefined;
  },
  where: (g) => {
    const x = g.take(anyDtype(g));
    const y = g.beside(x.shape, x.dtype);
    return op.where(g.beside(broadcastShapes(x.shape, y.shape), "bool"), x, y);
  },
  cast: (g) => {
    const x = g.take(g.pick(["f32", "i32", "i64", "bool"]));
    const to = g.pick((["f32", "i32", "i64", "bool"] as const).filter((dtype) => dtype !== x.dtype));
    const jumps = x.dtype === "f32" && g.valuesOf(x).some((value) => (to === "bool" ? Math.abs(value) : Math.abs(value - Math.round(value))) < margin);
    return jumps ? undefined : op.cast(x, to);
  },
  matmul: (g) => {
    const a = g.take("f32", { rank: 2 });
    const [transposeA, transposeB] = [g.chance(0.5), g.chance(0.5)];
    const k = a.shape.at(transposeA ? -2 : -1)!;
    const batch = a.shape.slice(0, -2).map((size) => (size === 1 ? g.pick([1, 1, 2]) : g.pick([1, size])));
    const n = g.pick([1, 2, 3, 4, 9]);
    const matrix = transposeB ? [n, k] : [k, n];
    const shape = g.chance(0.5) ? matrix : [...(g.chance(0.2) ? [2] : []), ...batch, ...matrix];
    const fits = (node: Node): boolean => hasShape(shape)(node) || (node.shape.length === 2 && node.shape[transposeB ? 1 : 0] === k);
    return op.matmul(a, g.take("f32", { rank: 2, shape, fits }), { transposeA, transposeB, alpha: g.pick([1, 1, 0.5, -0.25]) });
  },
  reduceSum: (g) => {
    const x = g.take("f32");
    return op.reduceSum(x, x.shape.flatMap((_, axis) => (g.chance(0.5) ? [axis] : [])));
  },
  reduceMax: (g) => {
    const x = g.take("f32");
    const top = op.reduceMax(x, x.shape.flatMap((_, axis) => (g.chance(0.5) ? [axis] : [])));
    // All but one element of a row must lie well below its largest.
    const near = g.valuesOf(op.sub(top, x)).filter((gap) => gap < margin);
    return near.length === sizeOf(top.shape) ? top : undefined;
  },
  reshape: (g) => {
    const x = g.take(anyDtype(g));
    const shape: number[] = [];
    for (const factor of x.shape.flatMap(primeFactors)) {
      if (shape.length > 0 && g.chance(0.5)) shape[shape.length - 1]! *= factor;
      else shape.push(factor);
    }
    if (shape.length < 4 && g.chance(0.4)) shape.splice(g.below(shape.length + 1), 0, 1);
    return op.reshape(x, shape);
  },
  expand: (g) => {
    const x = g.take(anyDtype(g));
    const shape = x.shape.map((size) => (size === 1 && g.chance(0.7) ? g.pick([2, 3, 5]) : size));
    return op.expand(x, shape.length < 4 && g.chance(0.5) ? [g.pick([1, 2, 3]), ...shape] : shape);
  },
  transpose: (g) => {
    const x = g.take(anyDtype(g));
    const axes = x.shape.map((_, axis) => axis);
    return op.transpose(x, x.shape.map(() => axes.splice(g.below(axes.length), 1)[0]!));
  },
  slice: (g) => {
    const x = g.take(anyDtype(g), { rank: 1 });
    const starts = x.shape.map((size) => (g.chance(0.5) ? 0 : g.below(size)));
    return op.slice(x, starts, x.shape.map((size, axis) => (g.chance(0.5) ? size : starts[axis]! + 1 + g.below(size - starts[axis]!))));
  },
  pad: (g) => {
    const x = g.take("f32", { rank: 1 });
    const some = (): number[] => x.shape.map(() => g.pick([0, 0, 1, 2]));
    return op.pad(x, some(), some());
  },
  concat: (g) => {
    const first = g.take(anyDtype(g), { rank: 1 });
    const axis = g.below(first.shape.length);
    const fits = ({ shape }: Node): boolean => shape.length === first.shape.length && shape.every((size, i) => i === axis || size === first.shape[i]);
    const shape = first.shape.map((size, i) => (i === axis ? g.pick([1, 2, 3]) : size));
    return op.concat([first, ...Array.from({ length: g.below(3) }, () => g.take(first.dtype, { rank: 1, fits, shape }))], axis);
  },
  gather: (g) => {
    const table = g.take(g.chance(0.8) ? "f32" : "i32", { rank: 1 });
    return op.gather(table, g.ids(table.shape[0]!));
  },
  scatterAdd: (g) => {
    const base = g.take("f32", { rank: 1 });
    const ids = g.ids(base.shape[0]!);
    const shape = [...ids.shape, ...base.shape.slice(1)];
    return op.scatterAdd(base, ids, g.take("f32", { shape, fits: hasShape(shape) }));
  },
  uniform: (g) => op.uniform(g.take("i32", { shape: [], fits: hasShape([]) }), g.shape()),
  linear: (g) => {
    const x = g.take("f32", { fits: ({ shape }) => shape.length === 2, shape: [g.pick([1, 3, 4]), g.pick([1, 2, 5])] });
    const weight = g.take("f32", { fits: ({ shape }) => shape.length === 2 && shape[1] === x.shape[1], shape: [g.pick([1, 3, 6]), x.shape[1]!] });
    return op.linear(x, weight, g.take("f32", { fits: hasShape(weight.shape.slice(0, 1)), shape: weight.shape.slice(0, 1) }));
  },
  softmax: alongRows(op.softmax),
  logSoftmax: alongRows(op.logSoftmax),
  standardize: alongRows((x) => op.standardize(x, 0.1)),
  standardizeGradient: (g) => {
    const x = g.take("f32", { rank: 1 });
    return op.standardizeGradient(x, cotangentOf(g, x), 0.25);
  },
  layerNorm: (g) => {
    const x = g.take("f32", { rank: 1 });
    const width = x.shape.slice(-1);
    const row = (): Node => g.take("f32", { shape: width, fits: hasShape(width) });
    return op.layerNorm(x, row(), row(), 0.1);
  },
  gelu: (g) => op.gelu(g.take("f32"), g.pick(["none", "tanh"])),
  geluGradient: (g) => {
    const x = g.take("f32");
    return op.geluGradient(x, cotangentOf(g, x), g.pick(["none", "tanh"]));
  },
  crossEntropy: (g) => {
    const logits = matrix(g);
    return op.crossEntropy(logits, g.ids(logits.shape[1]!, [logits.shape[0]!]));
  },
  crossEntropyGradient: (g) => {
    const logits = matrix(g);
    const [rows, classes] = logits.shape as [number, number];
    return op.crossEntropyGradient(logits, g.ids(classes, [rows]), g.take("f32", { shape: [rows], fits: hasShape([rows]) }));
  },
};

const matrix = (g: Growth): Node => g.take("f32", { fits: ({ shape }) => shape.length === 2, shape: [g.pick([1, 2, 5]), g.pick([1, 3, 6])] });

function primeFactors(size: number): number[] {
  for (let factor = 2; factor * factor <= size; factor++) if (size % factor === 0) return [factor, ...primeFactors(size / factor)];
  return size === 1 ? [] : [size];
}
