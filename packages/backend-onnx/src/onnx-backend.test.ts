import {
  type Backend, type Graph, type Node, add, concat, crossEntropy, gelu, gradients, layerNorm, linear, mul, neg, parameter, referenceBackend, scalar,
  scatterAdd, sizeOf, stopGradient, sub, sumAll, zeros,
} from "@bort/graph";
import { testBackend, testRandomGraphs } from "@bort/graph/testing";
import { describe, expect, test } from "vitest";
import { onnxBackend } from "./onnx-backend.js";

testBackend("onnx", () => onnxBackend({ threads: 1 }), { tolerance: 2e-5 });
testRandomGraphs("onnx", () => onnxBackend({ threads: 1 }));

/** Numbers in -1/2..1/2 from the sine of their position. */
const noise = (length: number, seed: number): Float32Array => Float32Array.from({ length }, (_, i) => ((Math.sin(12.9898 * (i + 1) + seed) * 43758.5453) % 1) / 2);

describe("training", () => {
  const sizes = { w1: [16, 8], b1: [16], gain: [16], bias: [16], w2: [4, 16], b2: [4] } as const;
  const weights = Object.entries(sizes).map(([name, shape]) => parameter(name, shape));
  const [w1, b1, gain, bias, w2, b2] = weights as [Node, Node, Node, Node, Node, Node];
  const hidden = layerNorm(gelu(linear(parameter("x", [12, 8]), w1, b1), "tanh"), gain, bias, 1e-5); // [12, 16]
  const loss = mul(sumAll(crossEntropy(linear(hidden, w2, b2), parameter("labels", [12], "i32"))), 1 / 12);
  const updated = gradients(loss, weights).map((gradient, i) => sub(weights[i]!, mul(gradient, parameter("rate", []))));
  const graph: Graph = { loss, ...Object.fromEntries(Object.keys(sizes).map((name, i) => [name, updated[i]!])) };

  async function losses(backend: Backend): Promise<number[]> {
    const program = await backend.compile(graph);
    const state = Object.fromEntries(Object.entries(sizes).map(([name, shape], i) => [name, noise(sizeOf(shape), i)]));
    const batch = { x: noise(96, 9), labels: Int32Array.from({ length: 12 }, (_, i) => (i * 7) % 4), rate: Float32Array.of(0.5) };
    const history: number[] = [];
    for (let step = 0; step < 20; step++) {
      const { loss: value, ...next } = await program.run({ ...state, ...batch });
      for (const [name, { data }] of Object.entries(next)) (state[name] as Float32Array).set(data as Float32Array);
      history.push(Number(value!.data[0]));
    }
    await program.dispose();
    return history;
  }

  test("twenty steps follow the reference backend", async () => {
    const [mine, reference] = [await losses(await onnxBackend({ threads: 1 })), await losses(referenceBackend())];
    expect(mine[19]).toBeLessThan(mine[0]! / 2);
    mine.forEach((value, step) => expect(value).toBeCloseTo(reference[step]!, 4));
  });
});

describe("outputs over feeds", () => {
  const [a, b] = [parameter("a", [2]), parameter("b", [2])];
  async function over(graph: Graph, place: (memory: { a: Float32Array; b: Float32Array }) => Record<string, Float32Array>): Promise<Record<string, number[]>> {
    const program = await (await onnxBackend({ threads: 1 })).compile(graph);
    const memory = { a: Float32Array.of(1, 2), b: Float32Array.of(10, 20) };
    const outputs = await program.run(memory, place(memory));
    await program.dispose();
    return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, Array.from(data, Number)]));
  }

  test("two outputs that read what the other overwrites", async () => {
    expect(await over({ a: add(a, b), b: sub(a, b) }, (memory) => memory)).toEqual({ a: [11, 22], b: [-9, -18] });
  });
  test("an output that hands on what another overwrites", async () => {
    expect(await over({ next: sub(b, a), last: stopGradient(a) }, (memory) => ({ next: memory.a }))).toEqual({ next: [9, 18], last: [1, 2] });
  });
  test("an array that lies across a feed", async () => {
    const whole = Float32Array.of(1, 2, 3, 4);
    const program = await (await onnxBackend({ threads: 1 })).compile({ y: concat([neg(a), neg(b)], 0) });
    await program.run({ a: whole.subarray(1, 3), b: whole.subarray(0, 2) }, { y: whole });
    await program.dispose();
    expect([...whole]).toEqual([-2, -3, -1, -2]);
  });
});

describe("onnxBackend", () => {
  test("fresh arrays in a later run are read, not those of the run before", async () => {
    const program = await (await onnxBackend()).compile({ y: mul(parameter("x", [1]), 2) });
    const [first, second] = [Float32Array.of(1), Float32Array.of(2)];
    const values: number[] = [];
    for (const x of [first, second, first]) values.push(Number((await program.run({ x })).y!.data[0]));
    first[0] = 5;
    values.push(Number((await program.run({ x: first })).y!.data[0]));
    await program.dispose();
    expect(values).toEqual([2, 4, 2, 10]);
  });
  test("rows scattered to one id are all added, in an order that never changes", async () => {
    const [ids, width] = [4096, 64];
    const program = await (await onnxBackend({ threads: 2 })).compile({ sums: scatterAdd(zeros([8, width]), parameter("ids", [ids], "i32"), parameter("rows", [ids, width])) });
    const feeds = { ids: Int32Array.from({ length: ids }, (_, i) => (i * i) % 8), rows: noise(ids * width, 3) };
    const expected = new Float64Array(8 * width);
    feeds.rows.forEach((value, i) => (expected[feeds.ids[Math.floor(i / width)]! * width + (i % width)]! += value));
    const first = (await program.run(feeds)).sums!.data as Float32Array;
    first.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 2));
    for (let run = 0; run < 20; run++) expect((await program.run(feeds)).sums!.data).toEqual(first);
    await program.dispose();
  });
  test("disposing twice is no error", async () => {
    const program = await (await onnxBackend()).compile({ y: scalar(1) });
    await program.dispose();
    await expect(program.dispose()).resolves.toBeUndefined();
  });
  test.each([{ threads: 0 }, { threads: 1.5 }])("refuses %o", async (options) => {
    await expect(onnxBackend(options)).rejects.toMatchObject({ name: "BackendError", code: "backend-onnx/bad-option" });
  });
  test("an error of the engine is one line with a code", async () => {
    const program = await (await onnxBackend()).compile({ y: crossEntropy(parameter("logits", [1, 2]), parameter("labels", [1], "i32")) });
    const error: unknown = await program.run({ logits: new Float32Array(2), labels: Int32Array.of(9) }).catch((cause: unknown) => cause);
    await program.dispose();
    expect(error).toMatchObject({ name: "BackendError", code: "backend-onnx/run-failed" });
    expect((error as Error).message).not.toContain("\n");
  });
});
