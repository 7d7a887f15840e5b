import { gradients } from "./autodiff.js";
import { GraphError } from "./graph-error.js";
import { broadcastShapes } from "./infer.js";
import { type DType, type Graph, type Node, type OpName, type Shape, parametersOf, sizeOf } from "./ir.js";
import { numberStream, weightedSum } from "./op-cases.js";
import * as op from "./ops.js";
import { evaluate } from "./reference.js";

/** A graph with the elements of its parameters. */
export interface RandomGraph {
  /** `y0`, `y1`, ...: values of any dtype; `d0`, `d1`, ...: gradients of a weighted sum of one of them, where one can be differentiated. */
  readonly graph: Graph;
  readonly feeds: Readonly<Record<string, readonly number[]>>;
}

/** Largest sizes of values, so that float32 is near enough to float64. */
const limits = { f32: 10, i32: 1000, i64: 1000, bool: 1 } as const satisfies Record<DType, number>;
/** How far an element keeps from where an op jumps or has no derivative. */
const margin = 0.02;

/**
 * A sound graph drawn from a seed: any op, shapes of up to four axes with sizes of 1 among them, broadcasting, values with several uses.
 *
 * The graph grows op by op. Every value is computed on the way, and an op whose result would be large, or near a jump, is drawn again: so a
 * float32 backend must agree with the reference on all of it. One graph in ten has some thousands of elements, for threads to share.
 */
export function randomGraph(seed: number): RandomGraph {
  const growth = new Growth(seed);
  for (let ops = 6 + growth.below(14); ops > 0; ops--) growth.grow();
  const outputs = growth.outputs();
  const values: Graph = Object.fromEntries(outputs.map((node, i) => [`y${i}`, node]));
  const graph = { ...values, ...gradientsOf(outputs, growth.feeds) };
  return { graph, feeds: Object.fromEntries([...parametersOf(graph).keys()].map((name) => [name, growth.feeds[name]!])) };
}

/** Gradients of the last output that has any, scaled so that none is large. */
function gradientsOf(outputs: readonly Node[], feeds: RandomGraph["feeds"]): Graph {
  for (const output of outputs.toReversed()) {
    const targets = [...parametersOf({ output }).values()].filter(({ dtype }) => dtype === "f32") as readonly Node[];
    if (output.dtype !== "f32" || targets.length === 0) continue;
    const loss = weightedSum(output);
    const largest = Math.max(1, ...evaluate(gradients(loss, targets), feeds).map(sizeOfLargest));
    return Object.fromEntries(gradients(op.mul(loss, 1 / largest), targets).map((gradient, i) => [`d${i}`, gradient]));
  }
  return {};
}

const sizeOfLargest = (values: ArrayLike<number>): number => Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Which values an op takes; by default any of the dtype. */
interface Wanted {
  readonly rank?: number;
  readonly low?: number;
  readonly high?: number;
  readonly fits?: (node: Node) => boolean;
  /** Shape of a fresh one. */
  readonly shape?: Shape;
}

class Growth {
  readonly feeds: Record<string, readonly number[]> = {};
  readonly #next: () => number;
  readonly #values = new Map<Node, Float64Array>();
  readonly #sizes: readonly number[];
  readonly #mostElements: number;

  constructor(seed: number) {
    this.#next = numberStream(Math.imul(seed + 1, 0x9e3779b1));
    const large = this.chance(1 / 10);
    this.#sizes = large ? [1, 3, 66, 130] : [1, 1, 2, 3, 4, 5, 7, 18];
    this.#mostElements = large ? 12_000 : 200;
  }

  // --- Draws --------------------------------------------------------------------------------------------------------

  below(count: number): number {
    return Math.floor(this.#next() * count);
  }

  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** A shape of at least `rank` axes. */
  shape(rank = 0): Shape {
    const shape: number[] = [];
    for (let axes = Math.max(rank, this.pick([0, 1, 2, 2, 3, 3, 4])); axes > 0; axes--) {
      const size = this.pick(this.#sizes);
      shape.push(size * sizeOf(shape) > this.#mostElements ? 1 : size);
    }
    return shape;
  }

  // --- Values -------------------------------------------------------------------------------------------------------

  /** The elements of a node, also of one that is not part of the graph yet. */
  valuesOf(node: Node): Float64Array {
    const known = this.#values.get(node);
    if (known !== undefined) return known;
    if (node.op === "parameter") return Float64Array.from(this.feeds[node.attrs.name]!);
    const feeds = Object.fromEntries(node.inputs.map((input, i) => [`i${i}`, this.valuesOf(input)]));
    const inputs = node.inputs.map(({ shape, dtype }, i) => op.parameter(`i${i}`, shape, dtype));
    return evaluate([{ ...node, inputs } as Node], feeds)[0]!;
  }

  /** A parameter, or a constant. */
  fresh(dtype: DType, shape: Shape, low: number = -limits[dtype], high: number = limits[dtype]): Node {
    const [from, to] = dtype === "f32" ? [Math.max(low, -2), Math.min(high, 2)] : [Math.max(low, dtype === "bool" ? 0 : -9), Math.min(high, dtype === "bool" ? 1 : 9)];
    const draw = (): number => (dtype === "f32" ? Math.fround(from + (to - from) * this.#next()) : from + this.below(to - from + 1));
    const elements = Array.from({ length: sizeOf(shape) }, draw);
    if (this.chance(0.25)) return this.#known(op.constant(this.chance(0.5) ? elements[0]! : elements, shape, dtype));
    const name = `x${Object.keys(this.feeds).length}`;
    this.feeds[name] = elements;
    return this.#known(op.parameter(name, shape, dtype));
  }

  /** A value that is there already, more likely a late one, or a fresh one. */
  take(dtype: DType, { rank = 0, low = -Infinity, high = Infinity, fits = () => true, shape }: Wanted = {}): Node {
    const inRange = (node: Node): boolean => this.valuesOf(node).every((value) => value >= low && value <= high);
    const known = [...this.#values.keys()].filter((node) => node.dtype === dtype && node.shape.length >= rank && fits(node) && inRange(node));
    if (known.length === 0 || this.chance(0.15)) {
      const made = this.fresh(dtype, shape ?? this.shape(rank), Math.max(low, -limits[dtype]), Math.min(high, limits[dtype]));
      return made;
    }
    return known[known.length - 1 - Math.floor(known.length * this.#next() ** 2)]!;
  }

  /** A value that broadcasts together with one of a shape. */
  beside(shape: Shape, dtype: DType, wanted: Wanted = {}): Node {
    const narrowed = shape.map((size) => (this.chance(0.3) ? 1 : size)).slice(this.chance(0.3) ? this.below(shape.length + 1) : 0);
    return this.take(dtype, { shape: narrowed, ...wanted, fits: (node) => this.#broadcasts(node.shape, shape) });
  }

  #broadcasts(a: Shape, b: Shape): boolean {
    try {
      return sizeOf(broadcastShapes(a, b)) <= this.#mostElements;
    } catch (error) {
      if (error instanceof GraphError) return false;
      throw error;
    }
  }

  /** Ids of a table's rows, of a shape if one is given. */
  ids(rows: number, shape?: Shape): Node {
    return this.take("i32", { low: 0, high: rows - 1, fits: shape === undefined ? () => true : hasShape(shape), shape: shape ?? this.pick([[], [1], [3], [2, 2], [5]]) });
  }

  /** Whether all elements keep away from 0. */
  isApart(node: Node): boolean {
    return this.valuesOf(node).every((value) => Math.abs(value) > margin);
  }

  // --- Growing ------------------------------------------------------------------------------------------------------

  /** Adds one op that fits. */
  grow(): void {
    for (;;) {
      const node = rules[this.pick(opNames)](this);
      if (node === undefined || sizeOf(node.shape) > this.#mostElements) continue;
      const values = this.valuesOf(node);
      // Written so that a NaN is refused.
      if (!values.every((value) => Math.abs(value) <= limits[node.dtype])) continue;
      this.#values.set(node, values);
      return;
    }
  }

  /** What nothing else reads, and one or two of the other values. */
  outputs(): Node[] {
    const made = [...this.#values.keys()];
    const read = new Set(made.flatMap(({ inputs }) => inputs));
    const unread = made.filter((node) => !read.has(node) && node.inputs.length > 0);
    const others = made.filter((node) => read.has(node));
    const some = others.length === 0 ? [] : Array.from({ length: 1 + this.below(2) }, () => this.pick(others));
    return [...new Set([...some, ...unread.slice(-4)])];
  }

  #known(node: Node): Node {
    this.#values.set(node, this.valuesOf(node));
    return node;
  }
}

type GrowthRule = (growth: Growth) => Node | undefined;

const unary = (build: (x: Node) => Node, wanted: Wanted = {}): GrowthRule => (g) => build(g.take("f32", wanted));
const alongRows = (build: (x: Node) => Node): GrowthRule => unary(build, { rank: 1 });
const arithmetic = (build: (x: Node, y: Node) => Node): GrowthRule => (g) => {
  const x = g.take(g.chance(0.75) ? "f32" : "i32");
  return build(x, g.beside(x.shape, x.dtype));
};
const anyDtype = (g: Growth): DType => g.pick(["f32", "f32", "f32", "f32", "i32", "bool"]);
const hasShape = (shape: Shape) => (node: Node): boolean => node.shape.join() === shape.join();
/** A cotangent of a value. */
const cotangentOf = (g: Growth, x: Node): Node => g.take("f32", { shape: x.shape, fits: hasShape(x.shape) });

/** How to draw each op's operands and attributes; `undefined`: those drawn will not do. */
const rules: { readonly [K in OpName]: GrowthRule } = {
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
const opNames = Object.keys(rules) as OpName[];

const matrix = (g: Growth): Node => g.take("f32", { fits: ({ shape }) => shape.length === 2, shape: [g.pick([1, 2, 5]), g.pick([1, 3, 6])] });

function primeFactors(size: number): number[] {
  for (let factor = 2; factor * factor <= size; factor++) if (size % factor === 0) return [factor, ...primeFactors(size / factor)];
  return size === 1 ? [] : [size];
}
