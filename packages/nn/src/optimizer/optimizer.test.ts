import { onnxBackend } from "@bort/backend-onnx";
import * as op from "@bort/graph";
import { type Backend, parameter, referenceBackend } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { type ParameterSpec } from "../parameter-spec.js";
import { ParameterStore } from "../parameter-store.js";
import { filled, golden } from "../test-models.js";
import { type LossGraph } from "../gradient-graph.js";
import { Trainer } from "../trainer.js";
import { adamW } from "./adamw.js";
import { type Optimizer } from "./optimizer.js";
import { lamb } from "./lamb.js";
import { sgd } from "./sgd.js";

const backends: [string, () => Promise<Backend>][] = [["reference", async () => referenceBackend()], ["onnx", () => onnxBackend({ threads: 1 })]];
const specs: ParameterSpec[] = [{ name: "a", shape: [1, 3], init: "zeros", decay: true }, { name: "b", shape: [3], init: "zeros", decay: false }];

/** A loss whose gradient is fed: a . slopeA + b . slopeB. */
const graph: LossGraph = {
  loss: op.add(op.sumAll(op.mul(parameter("a", [1, 3]), parameter("slopeA", [1, 3]))), op.sumAll(op.mul(parameter("b", [3]), parameter("slopeB", [3])))),
};

async function trained(backend: Backend, optimizer: Optimizer, steps: number): Promise<{ store: ParameterStore; trainer: Trainer; norms: number[] }> {
  const store = new ParameterStore(specs);
  for (const name of ["a", "b"]) store.view(name).set(filled(name, 3));
  const trainer = await Trainer.create({ backend, parameters: store, graph, optimizer });
  const norms: number[] = [];
  for (let step = 0; step < steps; step++) {
    const slope = (name: string): Float32Array => filled(`${name} ${step}`, 3).map((value) => 0.8 * (step + 1) * value);
    norms.push((await trainer.step({ slopeA: slope("a"), slopeB: slope("b") }, golden.optimizers.rates[step]!)).gradientNorm);
  }
  await trainer.dispose();
  return { store, trainer, norms };
}

const expectClose = (actual: ArrayLike<number>, expected: readonly number[]): void => expected.forEach((value, i) => expect(actual[i]).toBeCloseTo(value, 6));

describe.each(backends)("on the %s backend", (_, backend) => {
  it.each([
    ["adamw", adamW({ beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weightDecay: 0.3 })],
    ["sgd", sgd()],
    ["momentum", sgd({ momentum: 0.7 })],
    ["decaying", sgd({ weightDecay: 0.3 })],
    ["lamb", lamb({ beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weightDecay: 0.3 })],
  ] as const)("%s takes torch's steps, clipped at a norm of 1, one group decaying", async (name, optimizer) => {
    const { store, norms } = await trained(await backend(), optimizer, 5);
    const expected = golden.optimizers[name];
    expectClose(norms, expected.norms);
    expect([norms[0]! < 1, norms[4]! > 1]).toEqual([true, true]);
    expectClose(store.view("a"), expected.a);
    expectClose(store.view("b"), expected.b);
  });

  it("a rule whose new values trade places is not disturbed by being written in place", async () => {
    const swap: Optimizer = {
      name: "swap", settings: {}, slots: ["other"], scalars: ["one"],
      update: ({ parameter: value, gradient, slots, scalars }) => ({
        parameter: op.add(slots["other"]!, op.mul(gradient, scalars["one"]!)), slots: { other: op.mul(op.mul(value, value), 2) },
      }),
      scalarsAt: ({ gradientScale }) => ({ one: gradientScale }),
    };
    const { store, trainer } = await trained(await backend(), swap, 1);
    expectClose(store.view("b"), [...filled("b 0", 3)].map((value) => 0.8 * value));
    expectClose(trainer.state.slots["other"]!.subarray(store.layout.offsetOf("b")), [...filled("b", 3)].map((value) => 2 * value * value));
  });
});

describe("optimizers", () => {
  it("say what tells them apart", () => {
    expect(adamW({ weightDecay: 0 }).settings).toEqual({ beta1: 0.9, beta2: 0.999, epsilon: 1e-6, weightDecay: 0 });
    expect(sgd({ momentum: 0.5 }).settings).not.toEqual(sgd().settings);
    expect([sgd().settings, sgd({ weightDecay: 0.1 }).settings]).toEqual([{ momentum: 0 }, { momentum: 0, weightDecay: 0.1 }]);
    expect(lamb({ beta1: 0.8 }).settings).toEqual({ beta1: 0.8, beta2: 0.999, epsilon: 1e-6, weightDecay: 0.01 });
  });

  it("keep no vector that they do not need", () => {
    expect([adamW().slots, lamb().slots, sgd().slots, sgd({ momentum: 0.9 }).slots]).toEqual([["mean", "variance"], ["mean", "variance"], [], ["velocity"]]);
  });
});
