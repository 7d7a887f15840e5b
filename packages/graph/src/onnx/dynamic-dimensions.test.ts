import { describe, expect, test } from "vitest";
import { type NodeOf, type Shape } from "../ir.js";
import * as op from "../ops.js";
import { DynamicDimensions } from "./dynamic-dimensions.js";

const inputs = (...shapes: Shape[]): NodeOf<"parameter">[] => shapes.map((shape, i) => op.parameter(`x${i}`, shape) as NodeOf<"parameter">);
const standIns = { batch: 1009, sequence: 509 };
const dimensions = new DynamicDimensions(standIns, inputs([8, 509], [1009, 509]));
const refusal = { name: "GraphError", code: "graph/dynamic-dimension" };

describe("DynamicDimensions", () => {
  test("a size is a fixed factor times dynamic dimensions", () => {
    expect(dimensions.factorsOf(12 * 1009)).toEqual({ factor: 12, dimensions: ["batch"] });
    expect(dimensions.factorsOf(509 * 1009 * 509)).toEqual({ factor: 1, dimensions: ["batch", "sequence", "sequence"] });
    expect([0, 1, 508, 30522].map((size) => dimensions.isDynamic(size))).toEqual([false, false, false, false]);
  });
  test("each is read from the first input that has it", () => {
    expect(dimensions.sourceOf("sequence")).toEqual({ input: "x0", axis: 1 });
    expect(dimensions.sourceOf("batch")).toEqual({ input: "x1", axis: 0 });
  });
  test("shapes are described by name", () => expect(dimensions.describe([1009 * 509, 2 * 509, 64])).toEqual(["batch*sequence", "2*sequence", 64]));
  test.each([
    ["no input has the dimension", { batch: 1009 }, [[8, 509]]],
    ["an input has only a multiple of it", { batch: 1009 }, [[2 * 1009]]],
    ["the size is 1", { batch: 1 }, [[1]]],
    ["the size is no whole number", { batch: 2.5 }, [[2]]],
    ["two have a common factor", { batch: 6, sequence: 9 }, [[6, 9]]],
  ])("refused where %s", (_, names, shapes) => {
    expect(() => new DynamicDimensions(names as Record<string, number>, inputs(...shapes))).toThrow(expect.objectContaining(refusal));
  });
  const x = op.parameter("x", [509, 4]);
  test.each([
    ["a slice from the middle to the end", op.slice(x, [1, 0], [509, 4])],
    ["a concatenation with a fixed part", op.concat([x, op.zeros([1, 4])], 0)],
    ["a padding by a fixed amount", op.pad(x, [0, 0], [1, 0])],
  ])("a size that is no product is refused: %s", (_, node) => expect(() => dimensions.requireExpressible(node)).toThrow(expect.objectContaining(refusal)));
  test.each([
    ["the first row", op.slice(x, [0, 0], [1, 4])],
    ["as many rows as the dimension of a longer table", op.slice(op.parameter("table", [512, 4]), [0, 0], [509, 4])],
    ["a concatenation with itself", op.concat([x, x], 0)],
    ["columns beside a dynamic axis", op.concat([x, op.slice(x, [0, 1], [509, 2])], 1)],
  ])("a size that can be followed is not: %s", (_, node) => expect(() => dimensions.requireExpressible(node)).not.toThrow());
});
