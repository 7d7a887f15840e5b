import { erf } from "./erf.js";
import { GraphError } from "./graph-error.js";
import { type Node, type NodeOf, type PrimitiveOp, type Shape, sizeOf } from "./ir.js";
import { UNIFORM_STEP, numberWords, uniformBits } from "./uniform-bits.js";

/** Computes a node's elements from its inputs' elements, all row-major. Nothing writes to an array once it is returned. */
export type Kernel = (inputs: readonly Float64Array[]) => Float64Array;

/** A node's kernel: what its shapes decide is worked out once, outside the kernel. */
type ReferenceRule<K extends PrimitiveOp> = (node: NodeOf<K>) => Kernel;

/** Distance in memory between neighbours along each axis. */
const stridesOf = (shape: Shape): number[] => shape.map((_, i) => sizeOf(shape.slice(i + 1)));

/** Strides that read a tensor of shape `from` as if it were broadcast `to` a larger one: neighbours along a new axis are the same element. */
function broadcastStrides(from: Shape, to: Shape): number[] {
  const strides = stridesOf(from);
  const added = to.length - from.length;
  return to.map((_, i) => (i < added || from[i - added] === 1 ? 0 : strides[i - added]!));
}

/** For each element of a tensor of `shape`, in row-major order, its offset in an array that has `strides` and begins at `start`. */
function offsetsOf(shape: Shape, strides: readonly number[], start = 0): Int32Array {
  let offsets = Int32Array.of(start);
  for (const [axis, size] of shape.entries()) {
    const outer = offsets;
    offsets = new Int32Array(outer.length * size);
    for (let o = 0, next = 0; o < outer.length; o++) for (let i = 0; i < size; i++) offsets[next++] = outer[o]! + i * strides[axis]!;
  }
  return offsets;
}

const readAs = (from: Node, to: Shape): Int32Array => offsetsOf(to, broadcastStrides(from.shape, to));
const startOf = (position: readonly number[], strides: readonly number[]): number => position.reduce((sum, p, i) => sum + p * strides[i]!, 0);

const identity = (): Kernel => ([x]) => x!;
const unary = (compute: (x: number) => number) => (): Kernel => ([x]) => x!.map((value) => compute(value));

const binary = (compute: (x: number, y: number) => number) => ({ inputs: [a, b], shape }: NodeOf<PrimitiveOp>): Kernel => {
  const [fromA, fromB] = [readAs(a!, shape), readAs(b!, shape)];
  return ([x, y]) => {
    const result = new Float64Array(fromA.length);
    for (let i = 0; i < result.length; i++) result[i] = compute(x![fromA[i]!]!, y![fromB[i]!]!);
    return result;
  };
};

type Reduction = NodeOf<"reduceSum" | "reduceMax">;
const reduce = (initial: number, combine: (total: number, x: number) => number) => ({ inputs: [input], shape }: Reduction): Kernel => {
  const to = offsetsOf(input!.shape, broadcastStrides(shape, input!.shape));
  return ([x]) => {
    const result = new Float64Array(sizeOf(shape)).fill(initial);
    for (let i = 0; i < to.length; i++) result[to[i]!] = combine(result[to[i]!]!, x![i]!);
    return result;
  };
};

/** Reads the element at `from[i]` for each i. */
const read = (from: Int32Array): Kernel => ([x]) => {
  const result = new Float64Array(from.length);
  for (let i = 0; i < result.length; i++) result[i] = x![from[i]!]!;
  return result;
};

/** Writes element i of each input to `to[input][i]`, among zeros. */
const write = (to: readonly Int32Array[], shape: Shape): Kernel => (inputs) => {
  const result = new Float64Array(sizeOf(shape));
  for (const [k, x] of inputs.entries()) for (let i = 0; i < x.length; i++) result[to[k]![i]!] = x[i]!;
  return result;
};

function matmul({ inputs: [a, b], attrs: { transposeA, transposeB, alpha }, shape }: NodeOf<"matmul">): Kernel {
  const batch = shape.slice(0, -2);
  const [rows, columns] = shape.slice(-2) as [number, number];
  const inner = a!.shape.at(transposeA ? -2 : -1)!;
  const startA = offsetsOf(batch, broadcastStrides(a!.shape.slice(0, -2), batch)).map((matrix) => matrix * rows * inner);
  const startB = offsetsOf(batch, broadcastStrides(b!.shape.slice(0, -2), batch)).map((matrix) => matrix * inner * columns);
  const [rowA, innerA] = transposeA ? [1, rows] : [inner, 1];
  const [innerB, columnB] = transposeB ? [1, inner] : [columns, 1];
  return ([x, y]) => {
    const result = new Float64Array(startA.length * rows * columns);
    let next = 0;
    for (let m = 0; m < startA.length; m++) {
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          let sum = 0;
          let atX = startA[m]! + i * rowA;
          let atY = startB[m]! + j * columnB;
          for (let k = 0; k < inner; k++, atX += innerA, atY += innerB) sum += x![atX]! * y![atY]!;
          result[next++] = alpha * sum;
        }
      }
    }
    return result;
  };
}

/** Where in the table each id's row begins. */
function rowStarts(ids: Float64Array, rows: number, rowSize: number): Float64Array {
  return ids.map((id, i) => {
    if (id >= 0 && id < rows) return id * rowSize;
    throw new GraphError("graph/index", `graph: id ${id} at position ${i} is not a row of the table; ids must lie in 0..${rows - 1}`);
  });
}
const rowSizeOf = (table: Node): number => sizeOf(table.shape.slice(1));

/** What each primitive op computes: this table is their definition. A parameter has no rule: it is given. */
export const referenceRules: { readonly [K in Exclude<PrimitiveOp, "parameter">]: ReferenceRule<K> } = {
  constant: ({ attrs: { data }, shape }) => {
    const values = typeof data === "number" ? new Float64Array(sizeOf(shape)).fill(data) : data;
    return () => values;
  },
  neg: unary((x) => -x),
  exp: unary(Math.exp),
  log: unary(Math.log),
  sqrt: unary(Math.sqrt),
  tanh: unary(Math.tanh),
  sigmoid: unary((x) => 1 / (1 + Math.exp(-x))),
  erf: unary(erf),
  stopGradient: identity, keep: identity, after: identity,
  add: binary((x, y) => x + y),
  sub: binary((x, y) => x - y),
  mul: binary((x, y) => x * y),
  div: (node) => binary(node.dtype === "i32" ? (x, y) => Math.trunc(x / y) : (x, y) => x / y)(node),
  equal: binary((x, y) => Number(x === y)),
  less: binary((x, y) => Number(x < y)),
  where: ({ inputs: [c, a, b], shape }) => {
    const [fromC, fromA, fromB] = [readAs(c!, shape), readAs(a!, shape), readAs(b!, shape)];
    return ([condition, x, y]) => Float64Array.from(fromC, (at, i) => (condition![at] !== 0 ? x![fromA[i]!]! : y![fromB[i]!]!));
  },
  cast: ({ attrs: { to } }) => (to === "f32" ? identity() : unary(to === "bool" ? (x) => Number(x !== 0) : Math.trunc)()),
  matmul,
  reduceSum: reduce(0, (total, x) => total + x),
  reduceMax: reduce(-Infinity, Math.max),
  reshape: identity,
  expand: ({ inputs: [x], shape }) => read(readAs(x!, shape)),
  transpose: ({ inputs: [x], attrs: { perm }, shape }) => {
    const strides = stridesOf(x!.shape);
    return read(offsetsOf(shape, perm.map((axis) => strides[axis]!)));
  },
  slice: ({ inputs: [x], attrs: { starts }, shape }) => {
    const strides = stridesOf(x!.shape);
    return read(offsetsOf(shape, strides, startOf(starts, strides)));
  },
  pad: ({ inputs: [x], attrs: { before }, shape }) => {
    const strides = stridesOf(shape);
    return write([offsetsOf(x!.shape, strides, startOf(before, strides))], shape);
  },
  concat: ({ inputs, attrs: { axis }, shape }) => {
    const strides = stridesOf(shape);
    let end = 0;
    const to = inputs.map((x) => {
      const start = end * strides[axis]!;
      end += x.shape[axis]!;
      return offsetsOf(x.shape, strides, start);
    });
    return write(to, shape);
  },
  gather: ({ inputs: [table] }) => ([rows, ids]) => {
    const rowSize = rowSizeOf(table!);
    const result = new Float64Array(ids!.length * rowSize);
    for (const [i, start] of rowStarts(ids!, table!.shape[0]!, rowSize).entries()) {
      result.set(rows!.subarray(start, start + rowSize), i * rowSize);
    }
    return result;
  },
  scatterAdd: ({ inputs: [base] }) => ([table, ids, rows]) => {
    const rowSize = rowSizeOf(base!);
    const result = table!.slice();
    for (const [i, start] of rowStarts(ids!, base!.shape[0]!, rowSize).entries()) {
      for (let k = 0; k < rowSize; k++) result[start + k]! += rows![i * rowSize + k]!;
    }
    return result;
  },
  uniform: ({ shape }) => ([seed]) => Float64Array.from({ length: sizeOf(shape) }, (_, i) => UNIFORM_STEP * uniformBits(numberWords, seed![0]!, i)),
};
