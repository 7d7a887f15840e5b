import { describe, expect, test } from "vitest";
import type { Outputs } from "./backend.js";
import { disagreement } from "./disagreement.js";
import * as op from "./ops.js";

const x = op.parameter("x", [2]);
const graph = { y: op.mul(x, 2), whole: op.cast(x, "i32") };
const right: Outputs = {
  y: { dtype: "f32", shape: [2], data: Float32Array.of(2, -200) },
  whole: { dtype: "i32", shape: [2], data: Int32Array.of(1, -100) },
};
const judge = (outputs: Outputs): string | null => disagreement(outputs, graph, { x: [1, -100] }, 1e-5);

describe("disagreement", () => {
  test("is null for what the reference computes, within the tolerance", () => {
    expect(judge(right)).toBeNull();
    expect(judge({ ...right, y: { ...right.y!, data: Float32Array.of(2, -200.0015) } })).toBeNull();
  });
  test.each<[string, Outputs]>([
    ["y[1] is -200.00999450683594, not -200, in", { ...right, y: { ...right.y!, data: Float32Array.of(2, -200.01) } }],
    ["y[0] is NaN, not 2, in", { ...right, y: { ...right.y!, data: Float32Array.of(NaN, -200) } }],
    ["whole[1] is -101, not -100, in", { ...right, whole: { ...right.whole!, data: Int32Array.of(1, -101) } }],
    ["y is Float32Array of 1, not Float32Array of 2", { ...right, y: { ...right.y!, data: Float32Array.of(2) } }],
    ["whole is Float32Array of 2, not Int32Array of 2", { ...right, whole: { ...right.whole!, data: Float32Array.of(1, -100) } }],
    ["y is f32[2,1], not f32[2]", { ...right, y: { ...right.y!, shape: [2, 1] } }],
    ["whole is f32[2], not i32[2]", { ...right, whole: { ...right.whole!, dtype: "f32" } }],
    ["outputs are y; the graph's are whole, y", { y: right.y! }],
  ])("%s", (message, outputs) => {
    expect(judge(outputs)).toContain(message);
  });
});
