import { expect, test } from "vitest";
import * as op from "./ops.js";
import { print } from "./print.js";

test("a graph prints one line a node, each after its inputs, and the names of its outputs", () => {
  const x = op.parameter("x", [2, 3]);
  const scores = op.matmul(x, op.parameter("weight", [4, 3]), { transposeB: true, alpha: 0.5 });
  const picked = op.gather(op.slice(scores, [0, 1], [2, 3]), op.constant([1, 0, 1], [3], "i32"));
  const masked = op.where(op.less(picked, 0), picked, op.constant([1, 2, 3, 4, 5, 6], [3, 2]));
  expect(print({ scores, loss: op.sumAll(op.gelu(masked, "tanh")), again: scores })).toMatchInlineSnapshot(`
    "%0 = parameter(name=x) : f32[2,3]
    %1 = parameter(name=weight) : f32[4,3]
    %2 = matmul(%0, %1, transposeB=true, alpha=0.5) : f32[2,4]
    %3 = slice(%2, starts=(0,1), ends=(2,3)) : f32[2,2]
    %4 = constant(data=(1,0,1)) : i32[3]
    %5 = gather(%3, %4) : f32[3,2]
    %6 = constant(data=0) : f32[]
    %7 = less(%5, %6) : bool[3,2]
    %8 = constant(data=<6>) : f32[3,2]
    %9 = where(%7, %5, %8) : f32[3,2]
    %10 = gelu(%9, approximate=tanh) : f32[3,2]
    %11 = reduceSum(%10, axes=(0,1)) : f32[1,1]
    %12 = reshape(%11, shape=()) : f32[]
    return scores=%2, loss=%12, again=%2"
  `);
});

test("a graph without outputs prints too", () => {
  expect(print({})).toBe("return ");
});
