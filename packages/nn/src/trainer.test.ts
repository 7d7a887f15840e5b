import { uniformArch } from "@bort/arch";
import { onnxBackend } from "@bort/backend-onnx";
import * as op from "@bort/graph";
import { type Backend, type Feeds, parameter, referenceBackend } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { fingerprint } from "./fingerprint.js";
import { mlmFeeds, mlmLossGraph } from "./mlm.js";
import { createModel } from "./model.js";
import { adamW } from "./optimizer/adamw.js";
import { sgd } from "./optimizer/sgd.js";
import { ParameterStore } from "./parameter-store.js";
import { archKinds, chainBatches, unevenArch } from "./test-models.js";
import { Trainer, type TrainerOptions } from "./trainer.js";

const shape = { batchSize: 4, sequenceLength: 12, maskedPerSequence: 2 };
const mlm = { kind: "mlm" } as const;
const arch = uniformArch({ depth: 1, heads: 2, hidden: 8, intermediate: 16, vocabSize: 29, positions: 12, layerNormEps: 1e-5 });
const batches = chainBatches(29, shape, 1);
const feeds = (step: number): Feeds => mlmFeeds(batches.at(step));
const onnx = await onnxBackend({ threads: 1 });

const makeTrainer = (backend: Backend, options: Partial<TrainerOptions> = {}): Promise<Trainer> =>
  Trainer.create({ backend, parameters: createModel(arch, mlm, 5).parameters, graph: mlmLossGraph(arch, shape), optimizer: adamW(), ...options });

describe("Trainer", () => {
  const kinds = ["with a bottleneck, shared and projected", "of MobileBERT"].map((kind) => [kind, { ...archKinds[kind]!, vocabSize: 29 }] as const);
  it.each([["uniform", arch], ["uneven", { ...unevenArch, vocabSize: 29 }], ...kinds] as const)("trains alike on the reference backend and on ONNX Runtime: %s", async (_, trained) => {
    const run = async (backend: Backend): Promise<{ flat: Float32Array; losses: number[] }> => {
      const { parameters } = createModel(trained, mlm, 5);
      const trainer = await Trainer.create({ backend, parameters, graph: mlmLossGraph(trained, shape), optimizer: adamW({ epsilon: 1e-4 }) });
      const losses: number[] = [];
      for (let step = 0; step < 20; step++) losses.push((await trainer.step(feeds(step % 2), 5e-3)).loss);
      await trainer.dispose();
      return { flat: parameters.flat, losses };
    };
    const [slow, fast] = [await run(referenceBackend()), await run(onnx)];
    slow.losses.forEach((loss, i) => expect(Math.abs(loss - fast.losses[i]!)).toBeLessThan(1e-4));
    expect(slow.flat.reduce((worst, value, i) => Math.max(worst, Math.abs(value - fast.flat[i]!)), 0)).toBeLessThan(1e-4);
    expect(slow.losses[18]).toBeLessThan(slow.losses[0]! - 0.1);
  });

  it("leaves the padding between groups at zero", async () => {
    const trainer = await makeTrainer(onnx);
    await trainer.step(feeds(0), 0.1);
    const { flat, views } = trainer.state.parameters;
    Object.values(views).forEach((view) => view.fill(0));
    expect(flat.every((value) => value === 0)).toBe(true);
    await trainer.dispose();
  });

  it("counts a step, tells every scalar of the graph, and the norm before clipping", async () => {
    const [{ loss }, options] = [mlmLossGraph(arch, shape), { optimizer: sgd(), maxGradientNorm: 1e-3 }];
    const trainer = await makeTrainer(onnx, { ...options, graph: { loss, twice: op.mul(loss, 2) } });
    const before = trainer.state.parameters.flat.slice();
    const result = await trainer.step(feeds(0), 1);
    expect(result.metrics["twice"]).toBeCloseTo(2 * result.loss, 5);
    expect(Object.keys(result.metrics).sort()).toEqual(["loss", "twice"]);
    expect(trainer.state).toMatchObject({ step: 1, loss: result.loss });
    expect(result.gradientNorm).toBeGreaterThan(0.1);
    // Clipped at 1e-3 and taken at rate 1, the step is 1e-3 long.
    const moved = Math.sqrt(trainer.state.parameters.flat.reduce((sum, value, i) => sum + (value - before[i]!) ** 2, 0));
    expect(moved / 1e-3).toBeCloseTo(1, 2);
    await trainer.dispose();
  });

  it("does not take a step whose loss is not finite", async () => {
    const trainer = await makeTrainer(onnx);
    await trainer.step(feeds(0), 1e-3);
    trainer.state.parameters.view("layers.0.feedForward.up.weight")[3] = Number.NaN;
    const { loss } = trainer.state;
    const bytes = (): string => fingerprint(trainer.state.parameters.flat, ...Object.values(trainer.state.slots));
    const before = bytes();
    await expect(trainer.step(feeds(1), 1e-3)).rejects.toMatchObject({ code: "nn/not-finite" });
    expect(bytes()).toBe(before);
    expect(trainer.state).toMatchObject({ step: 1, loss });
    await trainer.dispose();
  });

  it("stops where the learning rate is far too high", async () => {
    const trainer = await makeTrainer(onnx, { optimizer: sgd(), maxGradientNorm: Infinity });
    const run = async (): Promise<never> => {
      for (;;) await trainer.step(feeds(trainer.state.step), 1e30);
    };
    await expect(run()).rejects.toMatchObject({ code: "nn/not-finite" });
    expect(trainer.state.step).toBeLessThan(5);
    await trainer.dispose();
  });

  it.each([Number.NaN, Infinity, -1e-3])("refuses a learning rate of %d before it reaches the parameters", async (learningRate) => {
    const trainer = await makeTrainer(onnx);
    const before = fingerprint(trainer.state.parameters.flat);
    await expect(trainer.step(feeds(0), learningRate)).rejects.toMatchObject({ code: "nn/bad-option" });
    expect(fingerprint(trainer.state.parameters.flat)).toBe(before);
    await trainer.dispose();
  });

  it("compiles the objective once for each length that it meets", async () => {
    const compiled: number[] = [];
    const specs = [{ name: "w", shape: [1], init: "zeros", decay: true }] as const;
    const graph = (length: number) => {
      compiled.push(length);
      return { loss: op.sumAll(op.mul(parameter("w", [1]), parameter("x", [length]))) };
    };
    const parameters = new ParameterStore(specs);
    const trainer = await Trainer.create({ backend: onnx, parameters, graph, optimizer: sgd(), maxGradientNorm: Infinity });
    for (const length of [2, 5, 2, 5]) await trainer.step({ x: new Float32Array(length).fill(1) }, 1, length);
    expect(compiled).toEqual([2, 5]);
    expect(parameters.view("w")[0]).toBe(-14);
    await trainer.dispose();
  });

  it("refuses parameters that the loss does not read, and a clipping norm that is not positive", async () => {
    const parameters = createModel(arch, { kind: "classifier", labels: ["a", "b"] }, 0).parameters;
    const trainer = await makeTrainer(onnx, { parameters });
    await expect(trainer.step(feeds(0), 1e-3)).rejects.toMatchObject({ code: "nn/missing-tensor", message: expect.stringContaining("classifier.dense.weight") });
    await trainer.dispose();
    for (const maxGradientNorm of [0, -1, Number.NaN]) await expect(makeTrainer(onnx, { maxGradientNorm })).rejects.toMatchObject({ code: "nn/bad-option" });
  });
});
