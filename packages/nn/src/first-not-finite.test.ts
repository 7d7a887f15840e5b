import { uniformArch } from "@bort/arch";
import { onnxBackend } from "@bort/backend-onnx";
import * as op from "@bort/graph";
import { type Backend, type Feeds, type Graph, gradients, parameter, parametersOf, referenceBackend } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { chainBatches } from "./chain-batches.js";
import { firstNotFinite } from "./first-not-finite.js";
import { mlmFeeds, mlmLossGraph } from "./mlm.js";
import { createModel } from "./model.js";

const backends: [string, Backend][] = [["reference", referenceBackend()], ["onnx", await onnxBackend({ threads: 1 })]];
const x = parameter("x", [2, 2]);
const feeds = (...values: number[]): Feeds => ({ x: Float32Array.from(values) });

describe.each(backends)("firstNotFinite on the %s backend", (_, backend) => {
  it("finds the logarithm of 0", async () => {
    const graph = { loss: op.sumAll(op.mul(op.log(op.mul(x, 2)), 3)) };
    expect(await firstNotFinite(backend, graph, feeds(1, 2, 0, 0))).toEqual({ node: "%3 = log(%2) : f32[2,2]", element: 2, value: -Infinity });
  });

  it("finds an overflow of float32, also where the engine computes in float64", async () => {
    const graph = { y: op.neg(op.mul(x, x)) };
    expect(await firstNotFinite(backend, graph, feeds(1, 1e19, 1, 1e20))).toEqual({ node: "%1 = mul(%0, %0) : f32[2,2]", element: 3, value: Infinity });
  });

  it("finds a NaN that an op makes of infinite scalars", async () => {
    const s = parameter("s", []);
    expect(await firstNotFinite(backend, { y: op.sqrt(s), z: op.exp(s) }, { s: Float32Array.of(-1) })).toEqual({ node: "%1 = sqrt(%0) : f32[]", element: 0, value: Number.NaN });
  });

  it("names an input that is not finite, and does not look further", async () => {
    const graph = { y: op.log(op.neg(op.exp(parameter("first", [1])))), z: x };
    const found = await firstNotFinite(backend, graph, { first: Float32Array.of(0), ...feeds(1, Number.NaN, 2, Infinity) });
    expect(found).toEqual({ node: "%4 = parameter(name=x) : f32[2,2]", input: "x", element: 1, value: Number.NaN });
  });

  it("finds nothing where every value is finite, up to the largest and whatever constants are", async () => {
    const most = 3.4028234663852886e38;
    const masked = op.where(op.less(x, 0), op.constant(-Infinity, [2, 2]), 1);
    expect(await firstNotFinite(backend, { y: op.neg(x), z: op.exp(masked) }, feeds(most, 0, 1e-45, 1))).toBeNull();
  });

  it.each([4, 16, 32, 2 ** 30])("finds the same in slices of %i bytes", async (sliceBytes) => {
    let y = x;
    for (let i = 0; i < 12; i++) y = op.add(i === 7 ? op.log(op.sub(y, 8)) : y, 1);
    const found = await firstNotFinite(backend, { y: op.sumAll(y) }, feeds(2, 2, 1, 5), { sliceBytes });
    expect(found).toMatchObject({ node: expect.stringMatching(/^%\d+ = log\(/) as string, element: 2, value: -Infinity });
  });

  it("goes through the loss and gradients of an encoder", async () => {
    const shape = { batchSize: 2, sequenceLength: 6, maskedPerSequence: 1 };
    const arch = uniformArch({ depth: 1, heads: 2, hidden: 8, intermediate: 8, vocabSize: 17, positions: 6, layerNormEps: 1e-5 });
    const { parameters } = createModel(arch, { kind: "mlm" }, 1);
    const { loss } = mlmLossGraph(arch, shape);
    const graph: Graph = Object.fromEntries(gradients(loss, [...parametersOf({ loss }).values()].filter(({ dtype, attrs }) => dtype === "f32" && attrs.name !== "weights")).map((node, i) => [`${i}`, node]));
    const given = { ...parameters.views, ...mlmFeeds(chainBatches(17, shape, 1).at(0)) };
    expect(await firstNotFinite(backend, graph, given)).toBeNull();
    parameters.view("layers.0.feedForward.up.bias")[5] = 3e38;
    parameters.view("layers.0.feedForward.down.weight").fill(2);
    const found = await firstNotFinite(backend, graph, given);
    expect(found?.input).toBeUndefined();
    expect(found?.value).not.toSatisfy(Number.isFinite);
  });
});
