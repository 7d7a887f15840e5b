import { expect, test, describe } from "vitest";
import { gradients } from "./autodiff.js";
import { type Node, type OpName } from "./ir.js";
import * as op from "./ops.js";
import { evaluate, referenceBackend } from "./reference.js";
import { testBackend } from "./test-backend.js";

testBackend("reference", referenceBackend);

const c = (shape: readonly number[], ...values: number[]): Node => op.constant(values, shape);
const ids = (...values: number[]): Node => op.constant(values, [values.length], "i32");
const gaussian = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
const cumulativeOf1 = 0.8413447460685429; // Phi(1)
const tanhGelu = (x: number): number => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
const slope = (f: (x: number) => number, x: number): number => (f(x + 1e-5) - f(x - 1e-5)) / 2e-5;
const E = Math.E;

/** Each op's elements where they are known by hand: the reference defines the ops, so something else has to hold it down. */
const known: { readonly [K in OpName]: readonly (readonly [Node, readonly number[]])[] } = {
  parameter: [[op.parameter("x", [2]), [3, -4]]],
  constant: [[c([2], 1.5, -2), [1.5, -2]], [op.constant(7, [2, 1]), [7, 7]]],
  neg: [[op.neg(c([2], 1, -2)), [-1, 2]]],
  exp: [[op.exp(c([2], 1, 0)), [E, 1]]],
  log: [[op.log(c([2], E, 1)), [1, 0]]],
  sqrt: [[op.sqrt(c([2], 9, 2)), [3, Math.SQRT2]]],
  tanh: [[op.tanh(c([1], 1)), [(E * E - 1) / (E * E + 1)]]],
  sigmoid: [[op.sigmoid(c([3], 0, Math.log(3), -1000)), [0.5, 0.75, 0]]],
  erf: [[op.erf(c([2], 1, -Infinity)), [0.8427007929497149, -1]]],
  keep: [[op.keep(c([2], 5, -6)), [5, -6]]],
  after: [[op.after(c([2], 5, -6), c([3], 1, 2, 3)), [5, -6]]],
  stopGradient: [[op.stopGradient(c([2], 5, -6)), [5, -6]]],
  add: [[op.add(c([2, 1], 1, 2), c([2], 10, 20)), [11, 21, 12, 22]]],
  sub: [[op.sub(c([2], 1, 2), c([2, 1], 10, 20)), [-9, -8, -19, -18]]],
  mul: [[op.mul(c([2], 3, -4), 2), [6, -8]]],
  div: [[op.div(c([2], 7, -7), 2), [3.5, -3.5]], [op.div(ids(7, -7), 2), [3, -3]]],
  equal: [[op.equal(c([3], 1, 2, 3), c([3], 1, -2, 3)), [1, 0, 1]]],
  less: [[op.less(c([3], 1, 2, 3), 2), [1, 0, 0]]],
  where: [[op.where(op.constant([1, 0], [2, 1], "bool"), c([2], 1, 2), -9), [1, 2, -9, -9]]],
  cast: [[op.cast(c([3], -1.75, 0.5, 2.5), "i32"), [-1, 0, 2]], [op.cast(c([3], -1.75, 0, 2.5), "bool"), [1, 0, 1]]],
  matmul: [
    [op.matmul(c([2, 2], 1, 2, 3, 4), c([2, 1], 5, 6)), [17, 39]],
    [op.matmul(c([2, 2], 1, 2, 3, 4), c([2, 1], 5, 6), { transposeA: true, alpha: 0.5 }), [11.5, 17]],
    [op.matmul(c([2, 1, 2], 1, 2, 3, 4), c([2, 2], 5, 6, 7, 8), { transposeB: true }), [17, 23, 39, 53]],
  ],
  reduceSum: [[op.reduceSum(c([2, 3], 1, 2, 3, 4, 5, 6), [0]), [5, 7, 9]], [op.reduceSum(c([2, 3], 1, 2, 3, 4, 5, 6), [1]), [6, 15]]],
  reduceMax: [[op.reduceMax(c([2, 3], -1, -2, -3, 4, 6, 5), [1]), [-1, 6]]],
  reshape: [[op.reshape(c([2, 3], 1, 2, 3, 4, 5, 6), [3, 2]), [1, 2, 3, 4, 5, 6]]],
  expand: [[op.expand(c([2, 1], 1, 2), [2, 2, 2]), [1, 1, 2, 2, 1, 1, 2, 2]]],
  transpose: [[op.transpose(c([2, 3], 1, 2, 3, 4, 5, 6), [1, 0]), [1, 4, 2, 5, 3, 6]]],
  slice: [[op.slice(c([2, 3], 1, 2, 3, 4, 5, 6), [1, 1], [2, 3]), [5, 6]]],
  pad: [[op.pad(c([1, 2], 1, 2), [1, 0], [0, 1]), [0, 0, 0, 1, 2, 0]]],
  concat: [[op.concat([c([2, 1], 1, 2), c([2, 2], 3, 4, 5, 6)], 1), [1, 3, 4, 2, 5, 6]]],
  gather: [[op.gather(c([3, 2], 1, 2, 3, 4, 5, 6), ids(2, 0, 2)), [5, 6, 1, 2, 5, 6]]],
  scatterAdd: [[op.scatterAdd(c([3, 1], 10, 20, 30), ids(2, 0, 2), c([3, 1], 1, 2, 3)), [12, 20, 34]]],
  uniform: [[op.uniform(op.scalar(7, "i32"), [2, 2]), [9735073, 11370847, 8415661, 6967155].map((bits) => bits * 2 ** -24)]],
  linear: [[op.linear(c([1, 2], 1, 2), c([3, 2], 1, 0, 0, 1, 1, 1), c([3], 10, 20, 30)), [11, 22, 33]]],
  softmax: [[op.softmax(c([2, 2], 0, Math.log(3), 1000, 1000)), [0.25, 0.75, 0.5, 0.5]]],
  logSoftmax: [[op.logSoftmax(c([2, 2], 0, Math.log(3), -1000, 0)), [Math.log(0.25), Math.log(0.75), -1000, 0]]],
  standardize: [[op.standardize(c([1, 4], 1, 1, 3, 3), 0), [-1, -1, 1, 1]], [op.standardize(c([2], 1, 3), 3), [-0.5, 0.5]]],
  standardizeGradient: [[op.standardizeGradient(c([4], 1, 1, 3, 3), c([4], 1, 0, 0, 0), 0), [0.5, -0.5, 0, 0]]],
  layerNorm: [[op.layerNorm(c([1, 2], 1, 3), c([2], 2, 4), c([2], 10, 20), 0), [8, 24]]],
  gelu: [[op.gelu(c([2], 1, -1)), [cumulativeOf1, cumulativeOf1 - 1]], [op.gelu(c([2], 1, -2), "tanh"), [tanhGelu(1), tanhGelu(-2)]]],
  geluGradient: [
    [op.geluGradient(c([2], 1, 0), c([2], 2, 2)), [2 * (cumulativeOf1 + gaussian(1)), 1]],
    [op.geluGradient(c([2], 1, -2), c([2], 1, 3), "tanh"), [slope(tanhGelu, 1), 3 * slope(tanhGelu, -2)]],
  ],
  crossEntropy: [[op.crossEntropy(c([2, 2], 0, Math.log(3), 5, 5), ids(0, 1)), [Math.log(4), Math.LN2]]],
  crossEntropyGradient: [[op.crossEntropyGradient(c([2, 2], 0, Math.log(3), 5, 5), ids(0, 1), c([2], 1, 10)), [-0.75, 0.75, 5, -5]]],
};

describe("evaluate", () => {
  for (const [name, examples] of Object.entries(known)) {
    test.each(examples.map(([node, wanted], i) => ({ i, node, wanted })))(`${name}, example $i`, ({ node, wanted }) => {
      const values = evaluate([node], { x: [3, -4] })[0]!;
      expect(values).toHaveLength(wanted.length);
      for (const [i, want] of wanted.entries()) expect(values[i]).toBeCloseTo(want, 9);
    });
  }

  test("computes in float64", () => {
    expect(evaluate([op.sub(op.add(op.parameter("x", []), 1e-12), 1)], { x: [1] })[0]![0]).toBeCloseTo(1e-12, 15);
  });

  test("reads i64 feeds", () => {
    expect(evaluate([op.cast(op.parameter("ids", [2], "i64"), "i32")], { ids: BigInt64Array.of(3n, -1n) })).toEqual([Float64Array.of(3, -1)]);
  });

  test("says which feed is missing or has the wrong size", () => {
    const x = op.parameter("x", [2]);
    const missing = expect.objectContaining({ code: "graph/missing-feed", message: 'graph: feed "x" : f32[2] is missing' });
    expect(() => evaluate([x], {})).toThrow(missing);
    const tooShort = expect.objectContaining({ code: "graph/bad-feed", message: 'graph: feed "x" needs f32[2], got 1 elements' });
    expect(() => evaluate([x], { x: [1] })).toThrow(tooShort);
  });

  test.each([-1, 3])("an id outside the table (%d) is refused", (id) => {
    const message = `graph: id ${id} at position 1 is not a row of the table; ids must lie in 0..2`;
    const error = expect.objectContaining({ code: "graph/index", message });
    expect(() => evaluate([op.gather(op.zeros([3, 2]), ids(0, id))], {})).toThrow(error);
    expect(() => evaluate([op.scatterAdd(op.zeros([3, 2]), ids(0, id), op.zeros([2, 2]))], {})).toThrow(error);
  });

  test("a chain of 100,000 nodes does not exhaust the stack", () => {
    let y = op.parameter("x", []);
    for (let i = 0; i < 100_000; i++) y = op.add(y, 1);
    expect(evaluate([y], { x: [5] })[0]![0]).toBe(100_005);
  });
});

test("training by graphs alone learns a function that is not linear", async () => {
  const [x, target] = [op.parameter("x", [4, 2]), op.parameter("target", [4], "i32")];
  const [w1, b1, w2, b2] = [op.parameter("w1", [8, 2]), op.parameter("b1", [8]), op.parameter("w2", [2, 8]), op.parameter("b2", [2])] as const;
  const loss = op.reshape(op.reduceMean(op.crossEntropy(op.linear(op.tanh(op.linear(x, w1, b1)), w2, b2), target), [0]), []);
  const [dw1, db1, dw2, db2] = gradients(loss, [w1, b1, w2, b2]);
  const step = await referenceBackend().compile({ loss, w1: op.sub(w1, dw1), b1: op.sub(b1, db1), w2: op.sub(w2, dw2), b2: op.sub(b2, db2) });

  const wave = (size: number, phase: number): Float32Array => Float32Array.from({ length: size }, (_, i) => Math.sin(phase + 2.4 * i));
  let state = { w1: wave(16, 0), b1: wave(8, 1), w2: wave(16, 2), b2: wave(2, 3) };
  let next = structuredClone(state);
  const exclusiveOr = { x: Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1), target: Int32Array.of(0, 1, 1, 0) };
  const losses: number[] = [];
  for (let i = 0; i < 200; i++) {
    losses.push(Number((await step.run({ ...state, ...exclusiveOr }, next)).loss!.data[0]));
    [state, next] = [next, state];
  }
  await step.dispose();
  expect(losses[0]).toBeGreaterThan(0.5);
  expect(losses.at(-1)).toBeLessThan(0.05);
});
