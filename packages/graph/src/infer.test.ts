import { describe, expect, test } from "vitest";
import { GraphError, type GraphErrorCode } from "./graph-error.js";
import { broadcastShapes } from "./infer.js";
import { type Node, typeToString } from "./ir.js";
import * as op from "./ops.js";

const f32 = (...shape: number[]): Node => op.parameter("x", shape);
const i32 = (...shape: number[]): Node => op.parameter("x", shape, "i32");
const bool = (...shape: number[]): Node => op.parameter("x", shape, "bool");
const i64 = (...shape: number[]): Node => op.parameter("x", shape, "i64");

const refusals: readonly (readonly [build: () => Node, code: GraphErrorCode, message: string])[] = [
  [() => f32(2, 0), "graph/shape", "graph: parameter x needs positive whole sizes, got [2,0]"],
  [() => op.constant(1, [1.5]), "graph/shape", "graph: constant needs positive whole sizes, got [1.5]"],
  [() => op.constant([1, 2], [3]), "graph/shape", "graph: constant [3] needs 3 numbers, got 2"],
  [() => op.exp(i32(2)), "graph/dtype", "graph: operands must be f32, got i32[2]; use cast"],
  [() => op.add(f32(2, 3), f32(2)), "graph/shape", "graph: cannot broadcast [2,3] with [2]; sizes must be equal or 1"],
  [() => op.add(f32(2), i32(2)), "graph/dtype", "graph: operands must share a dtype, got f32[2], i32[2]; use cast"],
  [() => op.mul(bool(2), bool(2)), "graph/dtype", "graph: operands must be f32 or i32, got bool[2], bool[2]; use cast"],
  [() => op.sub(i64(2), 1), "graph/dtype", "graph: operands must be f32 or i32, got i64[2], i64[]; use cast"],
  [() => op.equal(i64(2), 1), "graph/dtype", "graph: operands must be f32 or i32 or bool, got i64[2], i64[]; use cast"],
  [() => op.less(bool(2), bool(2)), "graph/dtype", "graph: operands must be f32 or i32, got bool[2], bool[2]; use cast"],
  [() => op.where(f32(2), f32(2), 0), "graph/dtype", "graph: where needs a bool condition, got f32[2]"],
  [() => op.where(bool(2), f32(2), i32(2)), "graph/dtype", "graph: operands must share a dtype, got f32[2], i32[2]; use cast"],
  [() => op.matmul(f32(3), f32(3, 2)), "graph/shape", "graph: needs rank at least 2, got f32[3], f32[3,2]"],
  [() => op.matmul(f32(3, 2), f32(3, 4)), "graph/shape", "graph: matmul's inner sizes differ: f32[3,2] @ f32[3,4]"],
  [
    () => op.matmul(f32(3, 2), f32(2, 4), { transposeA: true, transposeB: true }), "graph/shape",
    "graph: matmul's inner sizes differ: f32[3,2]^T @ f32[2,4]^T",
  ],
  [() => op.reduceSum(f32(2, 3), [2]), "graph/shape", "graph: cannot reduce f32[2,3] over axes (2); they must be distinct axes that it has"],
  [
    () => op.reduceMax(f32(2, 3), [0, -2]), "graph/shape",
    "graph: cannot reduce f32[2,3] over axes (0,0); they must be distinct axes that it has",
  ],
  [() => op.reshape(f32(2, 3), [4]), "graph/shape", "graph: cannot reshape f32[2,3] (6 elements) to [4] (4)"],
  [() => op.reshape(f32(2, 3), [-2, -3]), "graph/shape", "graph: cannot reshape f32[2,3] (6 elements) to [-2,-3] (6)"],
  [() => op.expand(f32(2, 3), [3]), "graph/shape", "graph: cannot expand f32[2,3] to [3]"],
  [() => op.expand(f32(1), [-1]), "graph/shape", "graph: cannot expand f32[1] to [-1]"],
  [() => op.transpose(f32(2, 3), [0, 0]), "graph/shape", "graph: (0,0) is not a permutation of the axes of f32[2,3]"],
  [() => op.slice(f32(4), [2], [2]), "graph/shape", "graph: slice (2)..(2) is empty or leaves f32[4]"],
  [() => op.slice(f32(4), [0], [5]), "graph/shape", "graph: slice (0)..(5) is empty or leaves f32[4]"],
  [() => op.slice(f32(4), [0.5], [2.5]), "graph/shape", "graph: slice (0.5)..(2.5) is empty or leaves f32[4]"],
  [() => op.slice(f32(), [], []), "graph/shape", "graph: needs rank at least 1, got f32[]"],
  [() => op.pad(f32(4), [-1], [0]), "graph/shape", "graph: pad (-1), (0) does not fit f32[4]"],
  [() => op.pad(i32(4), [1], [0]), "graph/dtype", "graph: operands must be f32, got i32[4]; use cast"],
  [() => op.concat([], 0), "graph/shape", "graph: concat needs at least one tensor, got none"],
  [
    () => op.concat([f32(2, 3), f32(2, 4)], 0), "graph/shape",
    "graph: cannot concatenate f32[2,3], f32[2,4] on axis 0; the other sizes must agree",
  ],
  [() => op.gather(f32(2, 3), f32(2)), "graph/shape", "graph: gather needs i32 ids, got f32[2]"],
  [
    () => op.scatterAdd(f32(4, 3), i32(2), f32(2, 4)), "graph/shape",
    "graph: scatterAdd needs a base, i32 ids and rows [ids, ...base's row], got f32[4,3], i32[2], f32[2,4]",
  ],
  [
    () => op.linear(f32(2, 3), f32(3, 4), f32(4)), "graph/shape",
    "graph: linear needs x [rows, in], weight [out, in], bias [out], got f32[2,3], f32[3,4], f32[4]",
  ],
  [() => op.softmax(f32()), "graph/shape", "graph: needs rank at least 1, got f32[]"],
  [() => op.standardize(i32(3), 0), "graph/dtype", "graph: operands must be f32, got i32[3]; use cast"],
  [() => op.standardizeGradient(f32(3), f32(1, 3), 0), "graph/shape", "graph: a gradient must have its value's shape, got f32[3], f32[1,3]"],
  [
    () => op.layerNorm(f32(2, 3), f32(2), f32(3), 0), "graph/shape",
    "graph: layerNorm needs x [..., width], gain [width], bias [width], got f32[2,3], f32[2], f32[3]",
  ],
  [() => op.geluGradient(f32(3), f32(1)), "graph/shape", "graph: a gradient must have its value's shape, got f32[3], f32[1]"],
  [
    () => op.crossEntropy(f32(2, 3), i32(3)), "graph/shape",
    "graph: cross-entropy needs logits f32[rows, classes] and labels i32[rows], got f32[2,3], i32[3]",
  ],
  [
    () => op.crossEntropy(i32(2, 3), i32(2)), "graph/shape",
    "graph: cross-entropy needs logits f32[rows, classes] and labels i32[rows], got i32[2,3], i32[2]",
  ],
  [
    () => op.crossEntropyGradient(f32(2, 3), i32(2), f32(3)), "graph/shape",
    "graph: crossEntropyGradient needs one factor a row, got f32[2,3], i32[2], f32[3]",
  ],
];

describe("a graph that has no type is refused where it is built", () => {
  test.each(refusals)("%# %o", (build, code, message) => {
    expect(build).toThrow(new GraphError(code, message));
    expect(build).toThrow(expect.objectContaining({ code }));
  });
});

describe("types", () => {
  test("broadcast as in NumPy", () => {
    expect(broadcastShapes([2, 1, 3], [4, 1])).toEqual([2, 4, 3]);
    expect(broadcastShapes([], [5])).toEqual([5]);
  });
  test.each([
    [op.less(i32(2, 1), i32(3)), "bool[2,3]"],
    [op.where(bool(3), i32(2, 1), 0), "i32[2,3]"],
    [op.where(bool(3), 0, i32(2, 1)), "i32[2,3]"],
    [op.where(bool(3), 0, 1), "f32[3]"],
    [op.sub(1, i32(2)), "i32[2]"],
    [op.matmul(f32(5, 1, 3, 2), f32(4, 3, 6), { transposeA: true }), "f32[5,4,2,6]"],
    [op.reduceSum(f32(2, 3, 4), [-1, 0]), "f32[1,3,1]"],
    [op.sumAll(f32(2, 3)), "f32[]"],
    [op.pad(f32(2, 3), [1, 0], [0, 2]), "f32[3,5]"],
    [op.gather(i32(5, 3), i32(2, 2)), "i32[2,2,3]"],
    [op.crossEntropy(f32(4, 3), i32(4)), "f32[4]"],
  ])("case %# is %s", (node, type) => {
    expect(typeToString(node)).toBe(type);
  });
});
