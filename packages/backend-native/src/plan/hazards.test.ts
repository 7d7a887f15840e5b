import { add, concat, type Graph, matmul, mul, neg, type Node, parameter, reduceSum, slice, softmax, sub, transpose } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { overwritableFeeds } from "./hazards.js";
import { draft } from "./planner.js";

const x = parameter("x", [4, 4]);
const g = parameter("g", [4, 4]);
const over = (graph: Graph, output = "y"): string[] => [...overwritableFeeds(draft(graph, 2)).get(output)!].toSorted();

describe("overwritableFeeds", () => {
  it.each<[string, Node, string[]]>([
    ["an update element by element", sub(x, mul(g, 0.1)), ["g", "x"]],
    ["a factor that is one element", mul(x, parameter("rate", [])), ["x"]],
    ["a bias", add(x, parameter("bias", [4])), []],
    ["another order of axes", add(x, transpose(g, [1, 0])), []],
    ["rows that are reduced", softmax(x), []],
    ["a product", matmul(x, g), []],
    ["parts that change places", concat([slice(x, [2, 0], [4, 4]), slice(x, [0, 0], [2, 4])], 0), []],
  ])("%s", (_, y, expected) => expect(over({ y })).toEqual(expected));

  it("lets a feed be overwritten after its last reader", () => {
    const sums = reduceSum(x, [0]); // [1, 4]
    expect(over({ y: matmul(neg(matmul(x, g)), parameter("w", [4, 4])), sums })).toEqual(["g", "x"]);
  });

  it("keeps a feed that a later step reads", () => {
    const y = neg(x);
    expect(over({ y, z: matmul(y, x) })).not.toContain("x");
  });
});
