import { type EncoderArch } from "@bort/arch";
import * as op from "@bort/graph";
import { type Node, type Shape } from "@bort/graph";

/**
 * Which parts of the query, key and value matrices a narrower layer takes. `prefix`: the first rows of each, as SuperShaper does, which cuts across the heads
 * of a pre-trained network. `heads`: the first rows of every head.
 */
export type Slicing = "heads" | "prefix";

/** What is taken of one axis of a parameter: all, the first `kept` of it, or of each of so many parts of it the first `kept`. */
interface AxisSlice {
  readonly parts: number;
  readonly kept: number;
}

/** Parts of an array in memory: `length` elements from each of `starts` on. */
export interface SliceRuns {
  readonly starts: readonly number[];
  readonly length: number;
}

/**
 * How the parameters of a backbone's layer are cut for a width. The stream between the bottlenecks and what attention computes inside are as wide; the FFN's
 * inner width, the number of heads and the encoder's own stream stay.
 *
 * Source: SuperShaper, section 3.1; which axes are cut is that of its published code.
 */
export class LayerSlice {
  readonly #heads: number;
  readonly #hiddenSize: number;

  constructor({ hiddenSize, layers }: EncoderArch, private readonly width: number, private readonly slicing: Slicing) {
    this.#hiddenSize = hiddenSize;
    this.#heads = layers[0]!.heads;
  }

  /** The part of a parameter that the width uses: `name` is that within its layer. */
  of(name: string, full: Node): Node {
    return this.#cut(this.#axes(name, full.shape), full);
  }

  /** The same of values in memory, in row-major order. */
  valuesOf(name: string, shape: Shape, values: Float32Array): Float32Array {
    const { starts, length } = this.runs(name, shape);
    const part = new Float32Array(starts.length * length);
    starts.forEach((start, i) => part.set(values.subarray(start, start + length), i * length));
    return part;
  }

  /** Where the part lies in memory: runs of elements one after the other, all of one length, as few as there are. */
  runs(name: string, shape: Shape): SliceRuns {
    const [rows, columns] = this.#axes(name, shape).map(placesOf(shape));
    if (columns === undefined) return runsOf(rows!);
    const stride = shape.at(-1)!;
    const within = runsOf(columns);
    if (within.length < stride) return { starts: rows!.flatMap((row) => within.starts.map((column) => row * stride + column)), length: within.length };
    const whole = runsOf(rows!); // Rows that are taken whole lie one after the other.
    return { starts: whole.starts.map((row) => row * stride), length: whole.length * stride };
  }

  #axes(name: string, shape: Shape): AxisSlice[] {
    const stream: AxisSlice = { parts: 1, kept: this.width };
    const attention = (matrices: number): AxisSlice =>
      this.slicing === "prefix" ? { parts: matrices, kept: this.width } : { parts: matrices * this.#heads, kept: this.width / this.#heads };
    const whole = (axis: number): AxisSlice => ({ parts: 1, kept: shape[axis]! });
    const axes: Readonly<Record<string, readonly AxisSlice[]>> = {
      "bottleneck.input.weight": [stream, whole(1)], "bottleneck.input.bias": [stream],
      "attention.qkv.weight": [attention(3), stream], "attention.qkv.bias": [attention(3)],
      "attention.output.weight": [stream, attention(1)], "attention.output.bias": [stream],
      "attention.norm.gain": [stream], "attention.norm.bias": [stream],
      "feedForward.up.weight": [whole(0), stream], "feedForward.up.bias": [whole(0)],
      "feedForward.down.weight": [stream, whole(1)], "feedForward.down.bias": [stream],
      "feedForward.norm.gain": [stream], "feedForward.norm.bias": [stream],
      "bottleneck.output.weight": [whole(0), stream], "bottleneck.output.bias": [whole(0)],
    };
    return [...axes[name]!];
  }

  /** Each axis is seen as parts of equal size, of which the first elements are kept. */
  #cut(axes: readonly AxisSlice[], full: Node): Node {
    if (this.width === this.#hiddenSize) return full;
    const parted = axes.flatMap(({ parts }, axis) => (parts === 1 ? [full.shape[axis]!] : [parts, full.shape[axis]! / parts]));
    const ends = axes.flatMap(({ parts, kept }) => (parts === 1 ? [kept] : [parts, kept]));
    const kept = op.slice(op.reshape(full, parted), ends.map(() => 0), ends);
    return op.reshape(kept, axes.map(({ parts, kept: each }) => parts * each));
  }
}

const placesOf = (shape: Shape) => ({ parts, kept }: AxisSlice, axis: number): number[] => {
  const size = shape[axis]! / parts;
  return Array.from({ length: parts }, (_, part) => Array.from({ length: kept }, (__, i) => part * size + i)).flat();
};

/** Ascending numbers, in groups of neighbours that are all as large. */
function runsOf(numbers: readonly number[]): SliceRuns {
  const starts = numbers.filter((number, i) => i === 0 || number !== numbers[i - 1]! + 1);
  return { starts, length: numbers.length / starts.length };
}
