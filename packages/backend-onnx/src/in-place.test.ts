import { type Graph, add, exp, matmul, mul, neg, parameter, reduceSum, reshape, stopGradient, sub, transpose } from "@bort/graph";
import { describe, expect, test } from "vitest";
import { inPlaceRule, overlapOf } from "./in-place.js";

const [p, m, g] = [parameter("p", [2]), parameter("m", [2]), parameter("g", [2])];

describe("inPlaceRule", () => {
  const mayOverwrite = (graph: Graph, output: string, name: string): boolean => inPlaceRule(graph)(output, name);

  test("an optimizer's state may be updated in place", () => {
    const next = add(mul(m, 0.9), g);
    const graph = { p: sub(p, next), m: next };
    expect([mayOverwrite(graph, "p", "p"), mayOverwrite(graph, "m", "m"), mayOverwrite(graph, "p", "g")]).toEqual([true, true, true]);
  });
  test("not where another op reads the parameter later, or may", () => {
    const graph = { a: add(p, m), b: sub(p, m) };
    expect([mayOverwrite(graph, "a", "p"), mayOverwrite(graph, "b", "p")]).toEqual([false, false]);
  });
  test("nor by an op that reads elements of it after it wrote others", () => {
    const square = parameter("square", [2, 2]);
    for (const output of [transpose(square, [1, 0]), matmul(square, square), reduceSum(square, [1])]) expect(mayOverwrite({ output }, "output", "square")).toBe(false);
    expect(mayOverwrite({ output: transpose(neg(square), [1, 0]) }, "output", "square")).toBe(true);
  });
  test("an op that reads it through a view is a reader too", () => {
    const graph = { a: neg(p), b: exp(stopGradient(reshape(p, [2, 1]))) };
    expect(mayOverwrite(graph, "a", "p")).toBe(false);
  });
  test("nor where another output is the parameter itself", () => expect(mayOverwrite({ a: neg(p), b: p }, "a", "p")).toBe(false));
});

describe("overlapOf", () => {
  const whole = new Float32Array(8);
  test.each([
    ["none", whole.subarray(0, 4), whole.subarray(4)],
    ["none", whole, new Float32Array(8)],
    ["same", whole.subarray(2, 4), whole.subarray(2, 4)],
    ["partial", whole.subarray(0, 4), whole.subarray(3, 7)],
    ["partial", whole, whole.subarray(0, 4)],
  ] as const)("%s", (overlap, a, b) => expect([overlapOf(a, b), overlapOf(b, a)]).toEqual([overlap, overlap]));
});
