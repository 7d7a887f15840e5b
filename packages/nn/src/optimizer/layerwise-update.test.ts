import { onnxBackend } from "@bort/backend-onnx";
import * as op from "@bort/graph";
import { type Backend, parameter, referenceBackend, sizeOf } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { type LossGraph } from "../gradient-graph.js";
import { SMALL_CHUNK } from "../parameter-layout.js";
import { type ParameterSpec } from "../parameter-spec.js";
import { ParameterStore } from "../parameter-store.js";
import { filled } from "../test-models.js";
import { Trainer } from "../trainer.js";
import { lamb } from "./lamb.js";

const backends: [string, Backend][] = [["reference", referenceBackend()], ["onnx", await onnxBackend({ threads: 1 })]];

/** One in part of a chunk, one over three chunks that begins and ends within one, one of zeros, and one in a group of its own. */
const specs: ParameterSpec[] = [
  { name: "small", shape: [5], init: "zeros", decay: true }, { name: "large", shape: [2, SMALL_CHUNK], init: "zeros", decay: true },
  { name: "zero", shape: [7], init: "zeros", decay: true }, { name: "factored", shape: [3], init: "zeros", decay: true },
];
const graph: LossGraph = {
  loss: specs.map(({ name, shape }) => op.sumAll(op.mul(parameter(name, shape), parameter(`slope ${name}`, shape)))).reduce((a, b) => op.add(a, b)),
};
const slopes = Object.fromEntries(specs.map(({ name, shape }) => [`slope ${name}`, filled(`slope ${name}`, sizeOf(shape))]));
const norm = (values: readonly number[]): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

/** The first step of algorithm 2, where m / (1 - b1) is the gradient and v / (1 - b2) its square. */
function stepped(values: readonly number[], slope: Float32Array, learningRate: number): number[] {
  const direction = values.map((value, i) => slope[i]! / (Math.abs(slope[i]!) + 1e-3) + 0.1 * value);
  const ratio = norm(values) === 0 ? 1 : norm(values) / norm(direction);
  return values.map((value, i) => value - learningRate * ratio * direction[i]!);
}

it.each(backends)("LAMB takes a step of its own length for every parameter, wherever chunks begin: on the %s backend", async (_, backend) => {
  const parameters = new ParameterStore(specs).regrouped(({ name }) => (name === "factored" ? { learningRateFactor: 0.5 } : {}));
  for (const { name, shape } of specs) if (name !== "zero") parameters.view(name).set(filled(name, sizeOf(shape)).map((value) => (name === "large" ? 3 : 1) * value));
  const expected = Object.fromEntries(specs.map(({ name }) => [name, stepped([...parameters.view(name)], slopes[`slope ${name}`]!, name === "factored" ? 0.05 : 0.1)]));
  const trainer = await Trainer.create({ backend, parameters, graph, optimizer: lamb({ epsilon: 1e-3, weightDecay: 0.1 }), maxGradientNorm: Infinity });
  await trainer.step(slopes, 0.1);
  await trainer.dispose();
  for (const { name } of specs) {
    expect(parameters.view(name).reduce((worst, value, i) => Math.max(worst, Math.abs(value - expected[name]![i]!)), 0), name).toBeLessThan(1e-5);
  }
  Object.values(parameters.views).forEach((view) => view.fill(0));
  expect(parameters.flat.every((value) => value === 0)).toBe(true);
});

describe("LAMB", () => {
  it("has a ratio of 1 where either norm is 0", () => {
    const sizes = [[0, 2], [2, 0], [6, 2]].map(([parameterNorm, directionNorm]) => lamb().stepSize({ learningRate: 0.5, parameterNorm: parameterNorm!, directionNorm: directionNorm! }));
    expect(sizes).toEqual([0.5, 0.5, 1.5]);
  });
});
