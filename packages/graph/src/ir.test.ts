import { describe, expect, test } from "vitest";
import { parametersOf, topologicalOrder } from "./ir.js";
import * as op from "./ops.js";

describe("topologicalOrder", () => {
  test("puts each node once, after its inputs, first outputs and inputs first", () => {
    const x = op.parameter("x", []);
    const shared = op.exp(x);
    const left = op.neg(shared);
    const y = op.add(left, shared);
    const apart = op.parameter("z", []);
    expect(topologicalOrder([y, shared, apart, y])).toEqual([x, shared, left, y, apart]);
    expect(topologicalOrder([])).toEqual([]);
  });
  test("goes where it is told to", () => {
    const x = op.parameter("x", []);
    const middle = op.exp(x);
    const y = op.neg(middle);
    expect(topologicalOrder([y], (node) => (node === middle ? [] : node.inputs))).toEqual([middle, y]);
  });
  test("takes a chain of 100,000 nodes, and one where each node is used twice", () => {
    let y = op.parameter("x", []);
    for (let i = 0; i < 100_000; i++) y = op.mul(y, y);
    expect(topologicalOrder([y])).toHaveLength(100_001);
  });
});

describe("parametersOf", () => {
  test("names what the outputs reach", () => {
    const [x, y] = [op.parameter("x", [2]), op.parameter("y", [2])];
    expect([...parametersOf({ a: op.add(y, x), b: op.parameter("x", [2]) }).keys()]).toEqual(["y", "x"]);
  });
  test("refuses two types of one name", () => {
    const graph = { a: op.parameter("x", [2]), b: op.parameter("x", [2], "i32") };
    const message = 'graph: parameter "x" is both f32[2] and i32[2]; one name needs one type';
    expect(() => parametersOf(graph)).toThrow(expect.objectContaining({ code: "graph/attribute", message }));
  });
});
