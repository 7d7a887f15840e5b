import {
  add, concat, gather, type Graph, matmul, mul, neg, type Node, parameter, reduceSum, scatterAdd, slice, softmax, sub, transpose, zeros,
} from "@bort/graph";
import { describe, expect, it } from "vitest";
import { idFeeds, overwritableFeeds } from "./hazards.js";
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

describe("idFeeds", () => {
  const ids = parameter("ids", [6], "i32");
  const found = (graph: Graph): string[] => idFeeds(draft(graph, 1)).map(({ name, first, count, rows }) => `${name} ${first}+${count} < ${rows}`);

  it("bounds ids that are looked up and those that are scattered by", () => {
    expect(found({ y: gather(parameter("table", [9, 3]), ids) })).toEqual(["ids 0+6 < 9"]);
    expect(found({ y: scatterAdd(zeros([8, 2]), ids, parameter("rows", [6, 2])) })).toEqual(["ids 0+6 < 8"]);
  });

  it("bounds a part of a feed alone, and by the rows of a part of a table", () => {
    const table = slice(parameter("table", [9, 3]), [2, 0], [7, 3]);
    expect(found({ y: gather(table, slice(ids, [1], [3])) })).toEqual(["ids 1+2 < 5"]);
    expect(found({ y: scatterAdd(zeros([8, 2]), slice(ids, [4], [6]), slice(parameter("rows", [6, 2]), [0, 0], [2, 2])) })).toEqual(["ids 4+2 < 8"]);
  });

  it("leaves whole numbers alone that are no ids", () => expect(found({ y: add(ids, 1) })).toEqual([]));
});
