import { onnxBackend } from "@bort/backend-onnx";
import * as op from "@bort/graph";
import { type Backend, parameter, referenceBackend } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { type LossGraph } from "./gradient-graph.js";
import { type GradientHook, gradientHookGraph } from "./gradient-hook.js";
import { sgd } from "./optimizer/sgd.js";
import { type ParameterSpec } from "./parameter-spec.js";
import { ParameterStore } from "./parameter-store.js";
import { Trainer, type TrainerOptions } from "./trainer.js";

const backends: [string, Backend][] = [["reference", referenceBackend()], ["onnx", await onnxBackend({ threads: 1 })]];
const specs: ParameterSpec[] = [{ name: "a", shape: [2, 2], init: "zeros", decay: true }, { name: "b", shape: [3], init: "zeros", decay: false }];
const dot = (name: string, shape: readonly number[]) => op.sumAll(op.mul(parameter(name, shape), parameter(`slope ${name}`, shape)));
const graph: LossGraph = { loss: op.add(dot("a", [2, 2]), dot("b", [3])) };
const slopes = { "slope a": Float32Array.of(1, 3, 10, 20), "slope b": Float32Array.of(5, 6, 7) };

/** Centralises matrices' gradients: each row's mean is taken out (Yong et al. 2020). */
const centralised: GradientHook = ({ gradients: { a } }) => ({ a: op.sub(a!, op.reduceMean(a!, [1])) });

async function trained(backend: Backend, gradientHook: GradientHook, changed: Partial<TrainerOptions> = {}, times = 1): Promise<{ a: number[]; b: number[]; norm: number }> {
  const parameters = new ParameterStore(specs);
  parameters.view("b").fill(2);
  const trainer = await Trainer.create({ backend, parameters, graph, optimizer: sgd(), maxGradientNorm: Infinity, gradientHook, ...changed });
  const { gradientNorm: norm } = await trainer.step(Array.from({ length: times }, () => ({ feeds: slopes })), 1);
  await trainer.dispose();
  return { a: [...parameters.view("a")], b: [...parameters.view("b")], norm };
}

describe.each(backends)("a gradient hook on the %s backend", (_, backend) => {
  it("changes whole parameters' gradients before the norm is taken, and leaves the others", async () => {
    const { a, b, norm } = await trained(backend, centralised);
    expect(a).toEqual([1, -1, 5, -5]);
    expect(b).toEqual([-3, -4, -5]);
    expect(norm).toBeCloseTo(Math.sqrt(52 + 110), 4);
  });

  it("sees parameters, and the mean of micro-batches with the loss scale divided out, once a step", async () => {
    const hook: GradientHook = ({ gradients, parameters }) => ({ b: op.mul(op.mul(gradients["b"]!, gradients["b"]!), parameters["b"]!) });
    expect((await trained(backend, hook, { lossScale: () => 256 }, 3)).b.map(Math.round)).toEqual([2 - 50, 2 - 72, 2 - 98]);
  });

  it("names the op of a hook that is not finite", async () => {
    const first = { node: expect.stringContaining("= log(") as string, element: 0, value: Number.NaN };
    await expect(trained(backend, ({ gradients: { b } }) => ({ b: op.log(op.neg(b!)) }))).rejects.toMatchObject({ code: "nn/not-finite", step: 1, first });
  });
});

describe("gradientHookGraph", () => {
  const layout = new ParameterStore(specs).regrouped(({ name }) => ({ frozen: name === "b" })).layout;
  it("has the gradients that change alone", () => {
    expect(Object.keys(gradientHookGraph(({ gradients }) => gradients, layout))).toEqual([]);
    expect(Object.keys(gradientHookGraph(centralised, layout))).toEqual(["new:a"]);
  });

  it.each([
    ["of a frozen parameter", () => ({ b: op.zeros([3]) })], ["of none", () => ({ c: op.zeros([3]) })], ["of another shape", () => ({ a: op.zeros([4]) })],
  ] as [string, GradientHook][])("refuses a gradient %s", (_, hook) => {
    expect(() => gradientHookGraph(hook, layout)).toThrow(expect.objectContaining({ code: "nn/bad-option" }));
  });
});
