import { uniformArch } from "@bort/arch";
import { type MlmBatch } from "@bort/data";
import { onnxBackend } from "@bort/backend-onnx";
import * as op from "@bort/graph";
import { type Backend, type Graph, parameter, print, referenceBackend } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { chainBatches } from "./chain-batches.js";
import { type LossGraph, gradientGraph } from "./gradient-graph.js";
import { GradientPrograms } from "./gradient-programs.js";
import { mlmFeeds, mlmLossGraph } from "./mlm.js";
import { createModel } from "./model.js";
import { ParameterStore } from "./parameter-store.js";

const onnx = await onnxBackend({ threads: 1 });
const backends: [string, Backend][] = [["reference", referenceBackend()], ["onnx", onnx]];
const shape = { batchSize: 2, sequenceLength: 6, maskedPerSequence: 3 };
const arch = uniformArch({ depth: 1, heads: 2, hidden: 8, intermediate: 16, vocabSize: 29, positions: 6, layerNormEps: 1e-5 });
const batches = chainBatches(29, shape, 1);

/** Micro-batches with 6, 1 and 4 masked places. */
const micro = [6, 1, 4].map((places, i): MlmBatch => ({ ...batches.at(i), weights: Float32Array.from({ length: 6 }, (_, at) => (at < places ? 1 : 0)) }));
const size = shape.batchSize * shape.sequenceLength;
const whole: MlmBatch = {
  ids: Int32Array.from(micro.flatMap(({ ids }) => [...ids])), labels: Int32Array.from(micro.flatMap(({ labels }) => [...labels])),
  positions: Int32Array.from(micro.flatMap(({ positions }, i) => [...positions].map((at) => at + i * size))), weights: Float32Array.from(micro.flatMap(({ weights }) => [...weights])),
};
const weighted = micro.map((batch) => ({ feeds: mlmFeeds(batch), weight: batch.weights.reduce((a, b) => a + b) }));

function programs(backend: Backend, batchSize: number, lossScaled = false): GradientPrograms {
  const { parameters } = createModel(arch, { kind: "mlm" }, 5);
  const { loss } = mlmLossGraph(arch, { ...shape, batchSize });
  return new GradientPrograms({ backend, parameters, graph: { loss, twice: op.mul(loss, 2) }, lossScaled });
}
const furthest = (a: Float32Array, b: Float32Array): number => a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)), 0);

describe.each(backends)("GradientPrograms on the %s backend", (_, backend) => {
  it("gives for micro-batches, weighted by their places, the loss and gradient of the one big batch", async () => {
    const [one, parts] = [programs(backend, 6), programs(backend, 2)];
    const expected = await one.run([{ feeds: mlmFeeds(whole) }], 1);
    for (let run = 0; run < 2; run++) {
      const metrics = await parts.run(weighted, 1);
      for (const name of ["loss", "twice"]) expect(Math.abs(metrics[name]! - expected[name]!)).toBeLessThan(1e-6);
      expect(furthest(parts.gradients.flat, one.gradients.flat)).toBeLessThan(1e-6);
    }
    // Micro-batches that count alike give another gradient.
    await parts.run(weighted.map(({ feeds }) => ({ feeds })), 1);
    expect(furthest(parts.gradients.flat, one.gradients.flat)).toBeGreaterThan(1e-3);
    await one.dispose();
    await parts.dispose();
  });

  it("makes feeds that are not there when their turn comes, and gives the same bits", async () => {
    const said: string[] = [];
    const telling: Backend["compile"] = async (graph) => {
      const program = await backend.compile(graph);
      return { run: (feeds, into) => { said.push("run"); return program.run(feeds, into); }, dispose: () => program.dispose() };
    };
    const parts = programs({ ...backend, compile: telling }, 2);
    const metrics = await parts.run(weighted, 1);
    const gradient = parts.gradients.flat.slice();
    said.length = 0;
    const made = weighted.map(({ feeds, weight }, i) => ({ weight, feeds: async () => { said.push(`make ${i}`); return feeds; } }));
    expect(await parts.run(made, 1)).toEqual(metrics);
    expect(parts.gradients.flat).toEqual(gradient);
    expect(said).toEqual(["make 0", "run", "make 1", "run", "make 2", "run"]);
    await parts.dispose();
  });

  it("gives the same bits for one batch whatever its weight, alone or beside one of weight 0", async () => {
    const parts = programs(backend, 2);
    const gradient = async (run: Parameters<GradientPrograms["run"]>[0]): Promise<Float32Array> => {
      await parts.run(run, 1);
      return parts.gradients.flat.slice();
    };
    const [{ feeds }, { feeds: other }] = [weighted[0]!, weighted[1]!];
    const plain = await gradient([{ feeds }]);
    expect(plain.some((value) => value !== 0)).toBe(true);
    expect(await gradient([{ feeds, weight: 7 }])).toEqual(plain);
    expect(await gradient([{ feeds: other, weight: 0 }, { feeds, weight: 2 }])).toEqual(plain);
    await parts.dispose();
  });

  it("divides the loss scale out of the gradients, bit for bit for a power of two, and reports the loss unscaled", async () => {
    const [plain, scaled] = [programs(backend, 2), programs(backend, 2, true)];
    for (const run of [weighted.slice(0, 1), weighted]) {
      const metrics = await plain.run(run, 1);
      expect(await scaled.run(run, 1024)).toEqual(metrics);
      expect(scaled.gradients.flat).toEqual(plain.gradients.flat);
    }
    await plain.dispose();
    await scaled.dispose();
  });
});

describe("GradientPrograms", () => {
  it.each([[[]], [[0, 0]], [[1, -1, 3]], [[1, Number.NaN]], [[Infinity, 1]]])("refuses micro-batches with weights %j", async (weights) => {
    const parts = programs(onnx, 2);
    await expect(parts.run(weights.map((weight) => ({ feeds: weighted[0]!.feeds, weight })), 1)).rejects.toMatchObject({ code: "nn/bad-option" });
  });

  it("takes micro-batches of several lengths", async () => {
    const parameters = new ParameterStore([{ name: "w", shape: [1], init: "zeros", decay: true }]);
    const graph = (length: number): LossGraph => ({ loss: op.sumAll(op.mul(parameter("w", [1]), parameter("x", [length]))) });
    const parts = new GradientPrograms({ backend: onnx, parameters, graph, lossScaled: false });
    const ones = (length: number) => ({ feeds: { x: new Float32Array(length).fill(1) }, length });
    await parts.run([ones(2), { ...ones(5), weight: 3 }], 1);
    expect(parts.gradients.view("w")[0]).toBe((2 + 3 * 5) / 4);
    await parts.dispose();
  });

  it("computes no gradient for frozen parameters, keeps none, and does not need the loss to read them", async () => {
    const graphs: Graph[] = [];
    const recording: Backend = { ...onnx, compile: (graph) => { graphs.push(graph); return onnx.compile(graph); } };
    const model = createModel(arch, { kind: "mlm" }, 5);
    const unread = [...model.parameters.specs, { name: "unread", shape: [2], init: "zeros", decay: false } as const];
    const compile = async (parameters: ParameterStore): Promise<GradientPrograms> => {
      const parts = new GradientPrograms({ backend: recording, parameters, graph: mlmLossGraph(arch, shape), lossScaled: false });
      await parts.run(weighted.slice(0, 1), 1);
      await parts.dispose();
      return parts;
    };
    const all = await compile(model.parameters);
    const frozen = await compile(ParameterStore.initialized(unread, 5, 0.2).regrouped(({ name }) => ({ frozen: !name.startsWith("mlm.") })));
    expect(Object.keys(graphs[1]!)).toEqual(["loss", ...Object.keys(frozen.gradients.views).map((name) => `gradient:${name}`)]);
    expect(Object.keys(frozen.gradients.views)).toEqual(["mlm.dense.weight", "mlm.dense.bias", "mlm.norm.gain", "mlm.norm.bias", "mlm.bias"]);
    const lines = graphs.map((graph) => print(graph).split("\n").length);
    const forward = print(mlmLossGraph(arch, shape)).split("\n").length;
    // Behind the head there is no backward pass: its ops are a small part of the encoder's.
    expect(lines[1]! - forward).toBeLessThan((lines[0]! - forward) / 3);
    expect(frozen.gradients.flat.length).toBeLessThanOrEqual(all.gradients.flat.length);
  });
});

describe("gradientGraph", () => {
  it("has no op for what is not asked for", () => {
    const specs = [{ name: "w", shape: [2], init: "zeros", decay: true }] as const;
    const graph = { loss: op.sumAll(op.mul(parameter("w", [2]), parameter("x", [2]))) };
    const text = (options: Partial<Parameters<typeof gradientGraph>[2]>): string => print(gradientGraph(graph, specs, { scaled: false, unscaled: false, summed: false, ...options }));
    expect(text({})).not.toMatch(/loss:|sum:/);
    expect(text({ scaled: true })).toContain("loss:scale");
    expect(text({ scaled: true, unscaled: true })).toContain("loss:unscale");
    expect(text({ summed: true })).toContain("sum:w");
  });
});
