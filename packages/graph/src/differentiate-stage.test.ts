import { describe, expect, it } from "vitest";
import { gradients, pullback } from "./autodiff.js";
import { type Feeds } from "./backend.js";
import { cotangentName, differentiateStage, slopeName } from "./differentiate-stage.js";
import { type Graph, type Node, parametersOf } from "./ir.js";
import * as op from "./ops.js";
import { evaluate, referenceBackend } from "./reference.js";

const wave = (size: number, phase: number): Float32Array => Float32Array.from({ length: size }, (_, i) => Math.sin(3 * i + phase));

/** A layer with everything that a stage meets: a bias from a mask, attention, dropout from a seed, a norm, and a slice of a matrix. */
function layer(x: Node): Node {
  const qkv = op.linear(x, op.slice(op.parameter("qkv", [6, 5]), [0, 0], [6, 4]), op.parameter("qkvBias", [6]));
  const [q, k, v] = [0, 2, 4].map((start) => op.slice(qkv, [0, start], [3, start + 2])) as [Node, Node, Node];
  const scores = op.add(op.matmul(q, k, { transposeB: true }), op.mul(op.sub(1, op.parameter("mask", [1, 3])), -1e9));
  const kept = op.cast(op.less(0.3, op.uniform(op.parameter("seed", [], "i32"), [3, 3])), "f32");
  const context = op.matmul(op.mul(op.softmax(scores), kept), v);
  const out = op.linear(context, op.parameter("out", [4, 2]), op.parameter("outBias", [4]));
  return op.layerNorm(op.add(op.gelu(out, "none"), x), op.parameter("gain", [4]), op.parameter("bias", [4]), 1e-5);
}
const targets = ["qkv", "qkvBias", "out", "outBias", "gain", "bias"];
const feeds: Feeds = {
  qkv: wave(30, 1), qkvBias: wave(6, 2), out: wave(8, 3), outBias: wave(4, 4), gain: wave(4, 5), bias: wave(4, 6), x: wave(12, 7),
  mask: Float32Array.of(1, 1, 0), seed: Int32Array.of(5),
};
const targetsOf = (outputs: Graph): Graph => Object.fromEntries(targets.map((name) => [name, parametersOf(outputs).get(name)!]));
const outputs: Graph = { y: layer(op.parameter("x", [3, 4])) };
const stage = differentiateStage({ outputs, inputs: ["x"], targets: targetsOf(outputs) });
const cotangent = wave(12, 8);

const only = (graph: Graph, all: Feeds): Feeds => Object.fromEntries([...parametersOf(graph).keys()].map((name) => [name, all[name]!]));
async function run(graph: Graph, all: Feeds): Promise<Record<string, Float32Array>> {
  const program = await referenceBackend().compile(graph);
  return Object.fromEntries(Object.entries(await program.run(only(graph, all))).map(([name, { data }]) => [name, data as Float32Array]));
}

describe("differentiateStage", () => {
  it("gives what the gradient of the whole graph gives", async () => {
    const forward = await run(stage.forward, feeds);
    const backward = await run(stage.backward, { ...feeds, ...forward, [cotangentName("y")]: cotangent });
    const y = layer(op.parameter("x", [3, 4]));
    const nodes = parametersOf({ y });
    const names = [...targets, "x"];
    const whole = gradients(op.sumAll(op.mul(y, op.parameter("dy", [3, 4]))), names.map((name) => nodes.get(name)!));
    const expected = await run(Object.fromEntries(names.map((name, i) => [slopeName(name), whole[i]!])), { ...feeds, dy: cotangent });
    expect(Object.keys(backward).sort()).toEqual(Object.keys(expected).sort());
    for (const [name, values] of Object.entries(expected)) for (const [i, value] of values.entries()) expect(backward[name]![i]).toBeCloseTo(value, 5);
  });

  it("keeps values alone: no view of another, and nothing that follows from parameters", () => {
    const kept = Object.keys(stage.saved).map((name) => stage.forward[name]!);
    expect(kept.map(({ op: name }) => name).sort()).toEqual(["add", "linear", "linear", "matmul", "mul", "softmax"].sort());
    expect(Object.values(stage.saved)).toEqual(kept.map(({ dtype, shape }) => ({ dtype, shape })));
    expect([...parametersOf(stage.backward).keys()]).toEqual(expect.arrayContaining(["x", "seed", "qkv"]));
  });

  it("keeps heads side by side, as they are read: that is no view of the product that gives one after the other", async () => {
    const heads = op.transpose(op.reshape(op.parameter("x", [3, 4]), [3, 2, 2]), [1, 0, 2]);
    const context = op.matmul(op.parameter("mix", [2, 3, 3]), heads); // [heads, sequence, size]
    const weight = op.parameter("out", [4, 2]);
    const y = op.matmul(op.reshape(op.transpose(context, [1, 0, 2]), [3, 4]), weight);
    const side = differentiateStage({ outputs: { y }, inputs: ["x"], targets: { out: weight } });
    expect(Object.keys(side.saved).map((name) => side.forward[name]!.op)).toEqual(["reshape"]);
    const all = { ...feeds, mix: wave(18, 1), [cotangentName("y")]: wave(6, 2) };
    const back = await run(side.backward, { ...all, ...(await run(side.forward, all)) });
    const [slope] = gradients(op.sumAll(op.mul(y, op.parameter("dy", [3, 2]))), [weight]);
    const expected = (await run({ slope }, { ...all, dy: wave(6, 2) }))["slope"]!;
    for (const [i, value] of expected.entries()) expect(back[slopeName("out")]![i]).toBeCloseTo(value, 5);
  });

  it("takes several nodes of one name for one input", async () => {
    const y = op.mul(op.parameter("x", [3, 4]), op.exp(op.parameter("x", [3, 4])));
    const { forward, backward } = differentiateStage({ outputs: { y }, inputs: ["x"], targets: {} });
    const all = { ...feeds, [cotangentName("y")]: wave(12, 2) };
    const back = await run(backward, { ...all, ...(await run(forward, all)) });
    const [x, dy] = [feeds["x"] as Float32Array, wave(12, 2)];
    for (const [i, value] of x.entries()) expect(back[slopeName("x")]![i]).toBeCloseTo(dy[i]! * Math.exp(value) * (1 + value), 5);
  });

  it("differentiates by values that are made of parameters, such as a slice of one", async () => {
    const x = op.parameter("x", [3, 4]);
    const part = op.slice(op.parameter("w", [6, 5]), [0, 0], [6, 4]);
    const sliced = differentiateStage({ outputs: { y: op.linear(x, part, op.zeros([6])) }, inputs: ["x"], targets: { part } });
    const dy = wave(18, 2);
    const back = await run(sliced.backward, { x: feeds["x"]!, w: wave(30, 1), [cotangentName("y")]: dy });
    const expected = Array.from({ length: 24 }, (_, i) => [0, 1, 2].reduce((sum, row) => sum + dy[row * 6 + Math.floor(i / 4)]! * Number(feeds["x"]![row * 4 + (i % 4)]), 0));
    for (const [i, value] of expected.entries()) expect(back[slopeName("part")]![i]).toBeCloseTo(value, 5);
  });

  it("chains: the gradient of the input of a stage is the cotangent of the one before", async () => {
    const twice = layer(layer(op.parameter("x", [3, 4])));
    const [whole] = gradients(op.sumAll(op.mul(twice, op.parameter("dy", [3, 4]))), [parametersOf({ twice }).get("x")!]);
    const first = await run(stage.forward, feeds);
    const second = await run(stage.forward, { ...feeds, x: first["y"]! });
    const back = await run(stage.backward, { ...feeds, x: first["y"]!, ...saved(second), [cotangentName("y")]: cotangent });
    const backAgain = await run(stage.backward, { ...feeds, ...saved(first), [cotangentName("y")]: back[slopeName("x")]! });
    const expected = (await run({ dx: whole }, { ...feeds, dy: cotangent }))["dx"]!;
    for (const [i, value] of expected.entries()) expect(backAgain[slopeName("x")]![i]).toBeCloseTo(value, 4);
  });

  it("leaves out what no output depends on, and refuses names that are no parameters", () => {
    const x = op.parameter("x", [2]);
    const w = op.parameter("w", [2]);
    const part = differentiateStage({ outputs: { y: op.mul(x, 2), z: op.stopGradient(w) }, inputs: ["x"], targets: { w } });
    expect(Object.keys(part.backward)).toEqual([slopeName("x")]);
    expect(() => differentiateStage({ outputs: { y: x }, inputs: ["states"], targets: {} })).toThrow(expect.objectContaining({ code: "graph/attribute" }));
  });
});

const saved = (outputs: Record<string, Float32Array>): Feeds => Object.fromEntries(Object.entries(outputs).filter(([name]) => name.startsWith("saved:")));

describe("pullback", () => {
  it("sums over outputs, also where one is given twice or another lies on its way", () => {
    const x = op.parameter("x", [2]);
    const square = op.mul(x, x);
    const [slope] = pullback([[square, op.constant([1, 10], [2])], [op.mul(square, 3), op.constant([100, 1000], [2])], [square, op.constant([2, 2], [2])]], [x]);
    expect([...evaluate([slope!], { x: Float64Array.of(1, 2) })[0]!]).toEqual([2 * (1 + 300 + 2), 4 * (10 + 3000 + 2)]);
  });

  it("refuses a cotangent of another shape", () => {
    const x = op.parameter("x", [2]);
    expect(() => pullback([[x, op.constant([1, 2, 3], [3])]], [x])).toThrow(expect.objectContaining({ code: "graph/shape" }));
  });
});
