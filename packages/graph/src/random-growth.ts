import { GraphError } from "./graph-error.js";
import { broadcastShapes } from "./infer.js";
import { type DType, type Node, type Shape, sizeOf } from "./ir.js";
import { numberStream } from "./op-cases.js";
import * as op from "./ops.js";
import { evaluate } from "./reference.js";

/** Largest sizes of values, so that float32 is near enough to float64. */
const limits = { f32: 10, i32: 1000, i64: 1000, bool: 1 } as const satisfies Record<DType, number>;
/** How far an element keeps from where an op jumps or has no derivative. */
export const margin = 0.02;

/** Which values an op takes; by default any of the dtype. */
export interface Wanted {
  readonly rank?: number;
  readonly low?: number;
  readonly high?: number;
  readonly fits?: (node: Node) => boolean;
  /** Shape of a fresh one. */
  readonly shape?: Shape;
}

/** A test for nodes of one shape. */
export const hasShape = (shape: Shape): ((node: Node) => boolean) => (node) => node.shape.join() === shape.join();

/** A graph that is being drawn: the values so far with their elements, and where its numbers come from. */
export class Growth {
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
  fresh(dtype: DType, shape: Shape, low: number = -Infinity, high: number = Infinity): Node {
    const usual = { f32: [-2, 2], i32: [-9, 9], i64: [-9, 9], bool: [0, 1] } as const;
    const [from, to] = [Math.max(low, usual[dtype][0]), Math.min(high, usual[dtype][1])];
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
      return this.fresh(dtype, shape ?? this.shape(rank), low, high);
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
    const wanted = shape === undefined ? { shape: this.pick([[], [1], [3], [2, 2], [5]]) } : { shape, fits: hasShape(shape) };
    return this.take("i32", { low: 0, high: rows - 1, ...wanted });
  }

  /** A node of its own that is equal to one that is there, as the parts of a program that know nothing of each other make them. */
  twin(): Node | undefined {
    const computed = [...this.#values.keys()].filter(({ inputs }) => inputs.length > 0);
    return computed.length === 0 ? undefined : { ...this.pick(computed) };
  }

  /** Whether all elements keep away from 0. */
  isApart(node: Node): boolean {
    return this.valuesOf(node).every((value) => Math.abs(value) > margin);
  }

  // --- Growing ------------------------------------------------------------------------------------------------------

  /** Takes a node in, unless it is large. */
  accepts(node: Node): boolean {
    if (sizeOf(node.shape) > this.#mostElements) return false;
    const values = this.valuesOf(node);
    // Written so that a NaN is refused.
    if (!values.every((value) => Math.abs(value) <= limits[node.dtype])) return false;
    this.#values.set(node, values);
    return true;
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
