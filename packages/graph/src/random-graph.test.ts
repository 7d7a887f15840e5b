import { describe, expect, test } from "vitest";
import { type Graph, type Node, parametersOf, topologicalOrder } from "./ir.js";
import { opCases } from "./op-cases.js";
import { print } from "./print.js";
import { randomGraph } from "./random-graph.js";
import { evaluate, referenceBackend } from "./reference.js";
import { testRandomGraphs } from "./test-random-graphs.js";

const nodesOf = (graph: Graph): Node[] => topologicalOrder(Object.values(graph));
const drawn = Array.from({ length: 200 }, (_, seed) => randomGraph(seed));

describe("randomGraph", () => {
  test("a seed has one graph, and another seed another", () => {
    expect(print(randomGraph(7).graph)).toBe(print(drawn[7]!.graph));
    expect(randomGraph(7).feeds).toEqual(drawn[7]!.feeds);
    expect(new Set(drawn.map(({ graph }) => print(graph))).size).toBe(drawn.length);
  });

  test("two hundred seeds have every op, dtype and rank, sizes of 1, several outputs, values with several uses and equal ones", () => {
    const nodes = drawn.flatMap(({ graph }) => nodesOf(graph));
    expect([...new Set(nodes.map(({ op }) => op))].toSorted()).toEqual(Object.keys(opCases).toSorted());
    expect(new Set(nodes.map(({ dtype }) => dtype)).size).toBe(4);
    expect([0, 1, 2, 3, 4].filter((rank) => !nodes.some(({ shape }) => shape.length === rank))).toEqual([]);
    expect(drawn.filter(({ graph }) => nodesOf(graph).some(({ shape }) => shape.includes(1) && shape.length > 1)).length).toBeGreaterThan(100);
    expect(drawn.filter(({ graph }) => Object.keys(graph).filter((name) => name.startsWith("y")).length > 1).length).toBeGreaterThan(100);
    expect(drawn.filter(({ graph }) => "d0" in graph).length).toBeGreaterThan(100);
    expect(nodes.some(({ shape }) => shape.reduce((size, d) => size * d, 1) > 5000)).toBe(true);
    const usedTwice = drawn.filter(({ graph }) => {
      const used = nodesOf(graph).flatMap(({ inputs }) => [...new Set(inputs)]).filter(({ inputs }) => inputs.length > 0);
      return new Set(used).size < used.length;
    });
    expect(usedTwice.length).toBeGreaterThan(100);
    const withTwins = drawn.filter(({ graph }) => nodesOf(graph).some((node, i, all) => node.inputs.length > 0 && all.slice(0, i).some(({ inputs }) => inputs === node.inputs)));
    expect(withTwins.length).toBeGreaterThan(30);
  });

  test("no value is large", () => {
    for (const { graph, feeds } of drawn.slice(0, 50)) {
      for (const values of evaluate(Object.values(graph), feeds)) expect(values.every((value) => Math.abs(value) <= 1000)).toBe(true);
    }
  });

  test("no value hangs on the last bits of the feeds", () => {
    for (const [seed, { graph, feeds }] of drawn.entries()) {
      const floats = new Set([...parametersOf(graph).values()].filter(({ dtype }) => dtype === "f32").map(({ attrs }) => attrs.name));
      const nudged = (values: readonly number[]): number[] => values.map((value, i) => value + 1e-7 * Math.sin(i + 1));
      const moved = Object.fromEntries(Object.entries(feeds).map(([name, values]) => [name, floats.has(name) ? nudged(values) : values]));
      const [before, after] = [evaluate(Object.values(graph), feeds), evaluate(Object.values(graph), moved)];
      const largest = before.map((values, i) => values.reduce((most, value, k) => Math.max(most, Math.abs(value - after[i]![k]!)), 0));
      expect(Math.max(...largest), `seed ${seed}`).toBeLessThan(1e-4);
    }
  });
});

testRandomGraphs("reference", () => referenceBackend(), { seeds: 50, tolerance: 1e-6 });
