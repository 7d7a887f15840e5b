import { beforeAll, describe, expect, test } from "vitest";
import { gradients } from "./autodiff.js";
import type { Backend, Feeds, Outputs } from "./backend.js";
import { disagreement } from "./disagreement.js";
import { type Graph, type Node, type OpName, parametersOf } from "./ir.js";
import { type BuiltCase, type OpCase, buildCase, networkCase, numberStream, opCases, weightedSum } from "./op-cases.js";
import * as op from "./ops.js";
import { evaluate, roundTo } from "./reference.js";

export { disagreement } from "./disagreement.js";
export { numberStream } from "./op-cases.js";
export { randomGraph, type RandomGraph } from "./random-graph.js";
export { testRandomGraphs, type TestRandomGraphsOptions } from "./test-random-graphs.js";

export interface TestBackendOptions {
  /** Largest difference from the reference in an f32 element, relative to 1 + its size. Default 1e-5. */
  readonly tolerance?: number;
}

/**
 * The contract of a backend, as vitest tests: every op's value and gradient against the reference, and the promises of `Program`.
 *
 * A backend's whole test file can be `testBackend("mine", () => myBackend())`.
 */
export function testBackend(name: string, create: () => Promise<Backend> | Backend, { tolerance = 1e-5 }: TestBackendOptions = {}): void {
  describe(`${name} backend`, () => {
    let backend: Backend;
    beforeAll(async () => {
      backend = await create();
    });
    const agrees = async (graph: Graph, built: BuiltCase): Promise<void> =>
      expect(disagreement(await run(backend, graph, feedsOf(built)), graph, built.values, tolerance)).toBeNull();

    for (const [opName, cases] of Object.entries(opCases) as [OpName, readonly OpCase[]][]) {
      describe(opName, () => {
        for (const built of cases.map(buildCase)) {
          test(`value of ${built.title}`, () => agrees({ y: built.output }, built));
          const graph = gradientGraph(built);
          if (graph !== null) test(`gradient of ${built.title}`, () => agrees(graph, built));
        }
      });
    }
    testFeeds(() => backend);
    testOutputs(() => backend, tolerance);
    testSharedPlaces(() => backend);
    testUniform(() => backend);
    testPrograms(() => backend);
  });
}

/** The loss and its gradient by each f32 parameter; `null` where there is nothing to differentiate. */
function gradientGraph({ output, parameters }: BuiltCase): Graph | null {
  const targets = parameters.filter(({ dtype }) => dtype === "f32");
  if (output.dtype !== "f32" || targets.length === 0) return null;
  const loss = weightedSum(output);
  return { loss, ...Object.fromEntries(gradients(loss, targets).map((gradient, i) => [`d${i}`, gradient])) };
}

const feedsOf = ({ parameters, values }: BuiltCase): Feeds =>
  Object.fromEntries(parameters.map((node, i) => [`x${i}`, roundTo(node, values[`x${i}`]!)]));

async function run(backend: Backend, graph: Graph, feeds: Feeds, into?: Feeds): Promise<Outputs> {
  const program = await backend.compile(graph);
  const outputs = await program.run(feeds, into);
  await program.dispose();
  return outputs;
}

function testFeeds(backend: () => Backend): void {
  const graph: Graph = { y: op.mul(op.parameter("x", [2, 2]), op.cast(op.parameter("ids", [2], "i32"), "f32")) };
  const [x, ids] = [Float32Array.of(1, 2, 3, 4), Int32Array.of(5, 6)];
  const refuses = (feeds: Feeds, code: string, into?: Feeds): Promise<void> =>
    expect(run(backend(), graph, feeds, into)).rejects.toMatchObject({ name: "GraphError", code });

  describe("feeds", () => {
    test("a missing one is refused", () => refuses({ x }, "graph/missing-feed"));
    test("one that the graph does not have is refused", () => refuses({ x, ids, other: x }, "graph/bad-feed"));
    test("a wrong length is refused", () => refuses({ x: x.slice(1), ids }, "graph/bad-feed"));
    test("a wrong element type is refused", () => refuses({ x, ids: Float32Array.of(5, 6) }, "graph/bad-feed"));
    test("an array for an output that the graph does not have is refused", () => refuses({ x, ids }, "graph/bad-feed", { z: x }));
    test("an array of a wrong length for an output is refused", () => refuses({ x, ids }, "graph/bad-feed", { y: new Float32Array(3) }));
    test("an array of a wrong element type for an output is refused", () => refuses({ x, ids }, "graph/bad-feed", { y: new Int32Array(4) }));
    test("a run leaves them as they were", async () => {
      await run(backend(), graph, { x, ids });
      expect([...x, ...ids]).toEqual([1, 2, 3, 4, 5, 6]);
    });
    test("two parameter nodes of one name are one feed", async () => {
      const outputs = await run(backend(), { y: op.sub(op.parameter("x", [2]), op.neg(op.parameter("x", [2]))) }, { x: Float32Array.of(1, -2) });
      expect([...outputs.y!.data]).toEqual([2, -4]);
    });
    test.each(["fed", "computed"])("ids beyond their table are refused, and the next run is right: %s", async (how) => {
      const given = op.parameter("ids", [2], "i32");
      const rowIds = how === "fed" ? given : op.add(given, 0);
      const table = op.parameter("table", [3, 2]);
      const graphs: Record<string, Graph> = { looked: { y: op.gather(table, rowIds) }, summed: { y: op.scatterAdd(table, rowIds, op.constant([1, 2, 3, 4], [2, 2])) } };
      const feed = Float32Array.of(0, 1, 10, 11, 20, 21);
      const right: Record<string, number[]> = { looked: [20, 21, 0, 1], summed: [3, 5, 10, 11, 21, 23] };
      for (const [name, each] of Object.entries(graphs)) {
        const program = await backend().compile(each);
        for (const wrong of [3, -1]) await expect(program.run({ table: feed, ids: Int32Array.of(0, wrong) }), `${name}, ${wrong}`).rejects.toThrow();
        const { y } = await program.run({ table: feed, ids: Int32Array.of(2, 0) });
        expect([...y!.data], name).toEqual(right[name]);
        await program.dispose();
      }
    });
    test("a part of a larger array is read from where it begins", async () => {
      const outputs = await run(backend(), graph, { x: Float32Array.of(9, 9, 1, 2, 3, 4).subarray(2), ids });
      expect([...outputs.y!.data]).toEqual([5, 12, 15, 24]);
    });
  });
}

function testOutputs(backend: () => Backend, tolerance: number): void {
  const x = op.parameter("x", [3]);
  const double = op.mul(x, 2);

  describe("outputs", () => {
    test("one named in `into` is that array; the others are fresh", async () => {
      const into = { y: new Float32Array(3).fill(NaN) };
      const outputs = await run(backend(), { y: double, z: op.neg(double) }, { x: Float32Array.of(1, 2, 3) }, into);
      expect(outputs.y!.data).toBe(into.y);
      expect([...into.y]).toEqual([2, 4, 6]);
      expect([...outputs.z!.data]).toEqual([-2, -4, -6]);
    });
    test("one in `into` may be a part of a larger array", async () => {
      const whole = new Float32Array(5);
      await run(backend(), { y: double }, { x: Float32Array.of(1, 2, 3) }, { y: whole.subarray(1, 4) });
      expect([...whole]).toEqual([0, 2, 4, 6, 0]);
    });
    test("an element-wise update may take the place of its own feed", async () => {
      const [gradient, momentum] = [op.parameter("gradient", [3]), op.parameter("momentum", [3])];
      const nextMomentum = op.add(op.mul(momentum, 0.5), gradient);
      const program = await backend().compile({ x: op.sub(x, op.mul(nextMomentum, 0.25)), momentum: nextMomentum });
      const state = { x: Float32Array.of(1, 2, 3), momentum: new Float32Array(3) };
      for (let step = 0; step < 3; step++) await program.run({ ...state, gradient: Float32Array.of(4, 0, -4) }, state);
      await program.dispose();
      expect([...state.momentum]).toEqual([7, 0, -7]);
      expect([...state.x]).toEqual([1 - 4.25, 2, 3 + 4.25]);
    });
    test("a parameter may be one; it is a copy", async () => {
      const feed = Float32Array.of(1, -2, 3);
      const outputs = await run(backend(), { x }, { x: feed });
      feed.fill(0);
      expect([...outputs.x!.data]).toEqual([1, -2, 3]);
    });
    test("a constant may be one, beside a graph with no parameter", async () => {
      const outputs = await run(backend(), { a: op.constant([1, 2], [2], "i32"), b: op.scalar(0.5), c: op.zeros([2, 2]) }, {});
      expect(Object.values(outputs).map(({ data }) => [...data])).toEqual([[1, 2], [0.5], [0, 0, 0, 0]]);
    });
    test("one node may have two names, and be an input of a third", async () => {
      const outputs = await run(backend(), { a: double, b: double, c: op.add(double, 1) }, { x: Float32Array.of(1, 2, 3) });
      expect(outputs.a!.data).not.toBe(outputs.b!.data);
      expect(["a", "b", "c"].map((name) => [...outputs[name]!.data])).toEqual([[2, 4, 6], [2, 4, 6], [3, 5, 7]]);
    });
    test("names may be any text, also that of a parameter", async () => {
      const outputs = await run(backend(), { x: double, "layer.0/dx:0 ": op.neg(x) }, { x: Float32Array.of(1, 2, 3) });
      expect([...outputs.x!.data]).toEqual([2, 4, 6]);
      expect([...outputs["layer.0/dx:0 "]!.data]).toEqual([-1, -2, -3]);
    });
    test("a graph of several layers and its gradients agree with the reference", async () => {
      const built = buildCase(networkCase);
      const deep = gradientGraph(built)!;
      expect(disagreement(await run(backend(), deep, feedsOf(built)), deep, built.values, tolerance)).toBeNull();
    });
  });
}

/** Values that an engine may merge with equal ones, move, or write over others: they must still be what the graph says. */
function testSharedPlaces(backend: () => Backend): void {
  const [x, wide, w] = [op.parameter("x", [4, 3]), op.parameter("wide", [5, 3, 4]), op.parameter("w", [3, 2])];
  const [ids, rows] = [op.parameter("ids", [2], "i32"), op.parameter("rows", [2, 3])];
  const other = op.parameter("other", [4, 3]);
  const [m, tall] = [op.parameter("m", [3, 4]), op.reshape(wide, [5, 4, 3])];
  const doubled = (): Node => op.mul(x, 2); // Equal values of nodes of their own.
  const positive = (y: Node): Node => op.less(0, y);
  const graphs: Readonly<Record<string, Graph>> = {
    "a sum of columns that is moved": { y: op.transpose(op.reduceSum(wide, [0]), [0, 2, 1]) },
    "sums of columns that are moved into a concatenation": { y: op.concat([op.transpose(op.reduceSum(wide, [0]), [0, 2, 1]), op.transpose(op.reduceSum(op.neg(wide), [0]), [0, 2, 1])], 1) },
    "a gradient that a transpose broadcast": {
      y: gradients(op.reshape(op.reduceSum(op.mul(op.add(tall, op.transpose(m, [1, 0])), tall), [0, 1, 2]), []), [m])[0]!,
    },
    "a base that rows are added to, and an equal value read later": { y: op.scatterAdd(doubled(), ids, rows), z: op.matmul(doubled(), w) },
    "rows added to two equal bases": { y: op.scatterAdd(doubled(), ids, rows), z: op.scatterAdd(doubled(), ids, op.neg(rows)) },
    "rows that are equal to their base": { y: op.scatterAdd(doubled(), op.parameter("four", [4], "i32"), doubled()) },
    "a base that is a sum over axes of size 1": { y: op.scatterAdd(op.reshape(op.reduceSum(op.reshape(doubled(), [4, 3, 1]), [2]), [4, 3]), ids, rows), z: op.matmul(op.exp(doubled()), w) },
    "infinities of one expression": { y: op.where(positive(x), op.where(positive(op.sub(x, 1)), x, Infinity), -Infinity) },
    "infinities of programs that are equal but for them": { y: op.where(positive(x), x, Infinity), z: op.where(positive(other), other, -Infinity) },
  };
  const next = numberStream(3);
  const drawn = (count: number): number[] => Array.from({ length: count }, () => 4 * next() - 2);
  const given: Readonly<Record<string, readonly number[]>> = { x: drawn(12), other: drawn(12), wide: drawn(60), w: drawn(6), rows: drawn(6), m: drawn(12), ids: [2, 2], four: [3, 1, 1, 0] };

  describe("values in shared places", () => {
    test.each(Object.entries(graphs))("%s", async (_, graph) => {
      const feeds = Object.fromEntries(Array.from(parametersOf(graph), ([name, { dtype }]) => [name, dtype === "i32" ? Int32Array.from(given[name]!) : Float32Array.from(given[name]!)]));
      const outputs = await run(backend(), graph, feeds);
      const wanted = evaluate(Object.values(graph), feeds);
      for (const [i, name] of Object.keys(graph).entries()) {
        for (const [place, value] of outputs[name]!.data.entries()) {
          const right = wanted[i]![place]!;
          if (Number.isFinite(right)) expect(Math.abs(Number(value) - right), `${name}, element ${place}`).toBeLessThanOrEqual(1e-4 * (1 + Math.abs(right)));
          else expect(Number(value), `${name}, element ${place}`).toBe(right);
        }
      }
    });
  });
}

function testUniform(backend: () => Backend): void {
  const [seed, x] = [op.parameter("seed", [], "i32"), op.parameter("x", [2, 3, 37])];
  const draw = op.uniform(op.add(seed, op.constant([3], [], "i32")), [2, 3, 37]);
  const graph: Graph = {
    draw,
    turned: op.transpose(draw, [2, 0, 1]),
    dropped: op.where(op.less(draw, 0.25), 0, op.mul(x, 2)),
    rows: op.mul(op.uniform(seed, [37]), x),
    columns: op.where(op.less(op.uniform(seed, [3, 1]), 0.5), x, 0),
    afterProduct: op.where(op.less(op.uniform(op.add(seed, 1), [2, 3, 37]), 0.5), 0, op.matmul(x, op.parameter("unit", [37, 37]))),
    computedSeed: op.uniform(op.cast(op.reshape(op.reduceSum(x, [0, 1, 2]), []), "i32"), [5]),
  };
  const feeds = {
    x: new Float32Array(222).fill(0.5), unit: Float32Array.from({ length: 37 * 37 }, (_, i) => Number(i % 38 === 0)),
  };

  describe("uniform numbers", () => {
    test.each([0, 7, -1, 2 ** 31 - 9])("are those of the reference to the bit, whatever reads them: seed %i", async (given) => {
      const outputs = await run(backend(), graph, { ...feeds, seed: Int32Array.of(given) });
      const wanted = evaluate(Object.values(graph), { ...feeds, seed: [given] });
      for (const [i, name] of Object.keys(graph).entries()) expect([...outputs[name]!.data], name).toEqual([...wanted[i]!]);
    });
  });
}

function testPrograms(backend: () => Backend): void {
  const built = buildCase(networkCase);
  const graph = gradientGraph(built)!;

  describe("programs", () => {
    test("two runs give the same bits, and the second leaves the first's outputs alone", async () => {
      const program = await backend().compile(graph);
      const first = await program.run(feedsOf(built));
      const kept = structuredClone(first);
      const second = await program.run(feedsOf(built));
      expect(second).toEqual(kept);
      const halved = Object.entries(feedsOf(built)).map(([name, data]) => [name, data instanceof Float32Array ? data.map((v) => v / 2) : data]);
      await program.run(Object.fromEntries(halved) as Feeds);
      expect(first).toEqual(kept);
      await program.dispose();
    });
    test("two programs of one backend do not disturb each other", async () => {
      const x = op.parameter("x", [2]);
      const [doubling, negating] = await Promise.all([backend().compile({ y: op.mul(x, 2) }), backend().compile({ y: op.neg(x) })]);
      const [a, b] = [await doubling.run({ x: Float32Array.of(1, 2) }), await negating.run({ x: Float32Array.of(3, 4) })];
      await doubling.dispose();
      const c = await negating.run({ x: Float32Array.of(5, 6) });
      await negating.dispose();
      expect([a, b, c].map(({ y }) => [...y!.data])).toEqual([[2, 4], [-3, -4], [-5, -6]]);
    });
    test("a disposed one runs no more", async () => {
      const program = await backend().compile(graph);
      await program.dispose();
      await expect(program.run(feedsOf(built))).rejects.toMatchObject({ code: "graph/disposed" });
    });
    test("a graph that gives one name two types is refused", async () => {
      const graphOfTwo = { a: op.parameter("x", [2]), b: op.parameter("x", [3]) };
      await expect((async () => backend().compile(graphOfTwo))()).rejects.toMatchObject({ code: "graph/attribute" });
    });
    test("it says what it is", () => {
      expect(backend().name).not.toBe("");
      expect(["cpu", "gpu"]).toContain(backend().device);
    });
  });
}
