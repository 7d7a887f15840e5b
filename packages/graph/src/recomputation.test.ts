import { describe, expect, test } from "vitest";
import { gradients } from "./autodiff.js";
import { type Node, topologicalOrder } from "./ir.js";
import { numberStream } from "./op-cases.js";
import * as op from "./ops.js";
import { evaluator } from "./reference.js";

/** x -> tanh(x W + x) layer after layer; what enters and leaves one is kept. `bias` is made of a feed, and read by all. */
function chain(layers: number): { loss: Node; x: Node; weights: Node[]; bias: Node; states: Node[] } {
  const x = op.parameter("x", [3, 4]);
  const bias = op.exp(op.parameter("bias", [4]));
  const weights = Array.from({ length: layers }, (_, i) => op.parameter(`w${i}`, [4, 4]));
  const states = [op.keep(op.sigmoid(x))];
  for (const weight of weights) states.push(op.keep(op.tanh(op.add(op.add(op.matmul(states.at(-1)!, weight), states.at(-1)!), bias))));
  return { loss: op.sumAll(op.mul(op.exp(states.at(-1)!), 0.1)), x, weights, bias, states };
}

const values = (layers: number): Record<string, number[]> => {
  const draw = numberStream(5);
  const numbers = (count: number): number[] => Array.from({ length: count }, () => draw() - 0.5);
  return { x: numbers(12), bias: numbers(4), ...Object.fromEntries(Array.from({ length: layers }, (_, i) => [`w${i}`, numbers(16)])) };
};

const count = (nodes: readonly Node[], name: Node["op"]): number => nodes.filter(({ op: each }) => each === name).length;

describe("gradients that compute values again", () => {
  test.each([0, 1, 2, 5])("are the same, bit for bit: %i layers", (layers) => {
    const { loss, x, weights } = chain(layers);
    const targets = [x, ...weights];
    const [held, again] = [gradients(loss, targets), gradients(loss, targets, { recompute: true })].map((slopes) => evaluator(slopes)(values(layers)));
    expect(again).toEqual(held);
  });

  test("compute each layer once more, and not what comes before the first kept value or after the last", () => {
    const { loss, x, weights } = chain(5);
    const nodesOf = (recompute: boolean): Node[] => topologicalOrder([loss, ...gradients(loss, [x, ...weights], { recompute })]);
    const [held, again] = [nodesOf(false), nodesOf(true)];
    expect(count(again, "tanh") - count(held, "tanh")).toBe(5);
    expect(count(again, "sigmoid")).toBe(count(held, "sigmoid"));
    expect(count(again, "after")).toBe(5);
    expect(count(again, "exp")).toBe(count(held, "exp"));
  });

  test("read kept values alone of the layers that are computed again, and those only after the gradient of the layer behind", () => {
    const { loss, x, weights, states } = chain(4);
    const forward = new Set(topologicalOrder([loss]));
    const slopes = gradients(loss, [x, ...weights], { recompute: true });
    const backward = topologicalOrder(slopes).filter((node) => !forward.has(node));
    const read = new Set(backward.flatMap(({ inputs }) => inputs).filter((node) => forward.has(node) && node.inputs.length > 0));
    const layers = new Set(topologicalOrder([states.at(-1)!]).filter((node) => !topologicalOrder([states[0]!]).includes(node) && node.op !== "exp"));
    expect([...read].filter((node) => layers.has(node)).every(({ op: name }) => name === "keep")).toBe(true);
    const moments = backward.filter(({ op: name }) => name === "after");
    expect(moments.map(({ inputs }) => inputs[0])).toEqual(expect.arrayContaining(states.slice(0, -1)));
    for (const { inputs: [state, moment] } of moments) {
      // What is waited for is the gradient of the state behind: it depends on no later `after` than that layer's.
      const later = states.slice(states.indexOf(state!) + 1);
      const waited = topologicalOrder([moment!]).filter(({ op: name }) => name === "after").map(({ inputs }) => inputs[0]!);
      expect(waited.every((each) => later.includes(each))).toBe(true);
    }
  });

  test("do without where nothing is kept", () => {
    const x = op.parameter("x", [3]);
    const loss = op.sumAll(op.tanh(op.exp(x)));
    expect(topologicalOrder(gradients(loss, [x], { recompute: true })).length).toBe(topologicalOrder(gradients(loss, [x])).length);
  });
});
