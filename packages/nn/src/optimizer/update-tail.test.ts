import { onnxBackend } from "@bort/backend-onnx";
import * as op from "@bort/graph";
import { type Backend, parameter, referenceBackend } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { type LossGraph } from "../gradient-graph.js";
import { type ParameterSpec } from "../parameter-spec.js";
import { ParameterStore } from "../parameter-store.js";
import { Trainer, type TrainerOptions } from "../trainer.js";
import { averagedParameters } from "../weight-average.js";
import { lamb } from "./lamb.js";
import { sgd } from "./sgd.js";

const backends: [string, Backend][] = [["reference", referenceBackend()], ["onnx", await onnxBackend({ threads: 1 })]];
const specs: ParameterSpec[] = [{ name: "w", shape: [3], init: "zeros", decay: true }, { name: "still", shape: [2], init: "ones", decay: true }];
const graph: LossGraph = { loss: op.sumAll(op.mul(parameter("w", [3]), parameter("slope", [3]))) };
const slope = (step: number): Float32Array => Float32Array.of(1 + step, -2, 0.5 * step);

async function run(backend: Backend, options: Partial<TrainerOptions>, steps: number): Promise<{ trainer: Trainer; weights: Float32Array[] }> {
  const parameters = ParameterStore.initialized(specs, 0, 1).regrouped(({ name }) => ({ frozen: name === "still" }));
  parameters.view("w").fill(5);
  const trainer = await Trainer.create({ backend, parameters, graph, optimizer: sgd(), maxGradientNorm: Infinity, ...options });
  const weights: Float32Array[] = [];
  for (let step = 0; step < steps; step++) {
    await trainer.step({ slope: slope(step) }, 0.5);
    weights.push(parameters.view("w").slice());
  }
  await trainer.dispose();
  return { trainer, weights };
}

describe.each(backends)("on the %s backend", (_, backend) => {
  it("an update hook has the last word on new parameters", async () => {
    const bounded: TrainerOptions["updateHook"] = ({ after }) => op.where(op.less(after, 4.6), 4.6, after);
    expect((await run(backend, { updateHook: bounded }, 1)).weights[0]).toEqual(Float32Array.of(4.6, 6, 5));
    const halved: TrainerOptions["updateHook"] = ({ before, after }) => op.mul(op.add(before, after), 0.5);
    expect((await run(backend, { updateHook: halved }, 1)).weights[0]).toEqual(Float32Array.of(4.75, 5.5, 5));
  });

  it.each([["sgd", sgd({ momentum: 0.5 })], ["lamb", lamb()]])("the average of %s is that of the weights after each update, the newest first by powers of the decay", async (_name, optimizer) => {
    const decay = 0.75;
    const { trainer, weights } = await run(backend, { optimizer, averageDecay: decay }, 6);
    const powers = weights.map((_each, i) => decay ** (weights.length - 1 - i));
    const total = powers.reduce((a, b) => a + b);
    const expected = [0, 1, 2].map((at) => weights.reduce((sum, values, i) => sum + (powers[i]! / total) * values[at]!, 0));
    const averaged = averagedParameters(trainer.state);
    expected.forEach((value, at) => expect(averaged.view("w")[at]).toBeCloseTo(value, 5));
    expect(averaged.view("w")).not.toEqual(trainer.state.parameters.view("w"));
    expect([...averaged.view("still")]).toEqual([1, 1]);
  });

  it("a decay of 0 averages nothing, and an average leaves training as it is", async () => {
    const [plain, averaging] = [await run(backend, {}, 3), await run(backend, { averageDecay: 0 }, 3)];
    expect(averaging.weights).toEqual(plain.weights);
    averagedParameters(averaging.trainer.state).view("w").forEach((value, i) => expect(value).toBeCloseTo(plain.weights[2]![i]!, 5));
  });
});
