import { uniformArch } from "@bort/arch";
import { onnxBackend } from "@bort/backend-onnx";
import * as op from "@bort/graph";
import { type Backend, type Feeds, type Node, parameter, referenceBackend } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { chainBatches } from "./chain-batches.js";
import { classificationLossGraph } from "./classification.js";
import { fingerprint } from "./fingerprint.js";
import { mlmFeeds, mlmLossGraph } from "./mlm.js";
import { createModel } from "./model.js";
import { NotFiniteError } from "./not-finite-error.js";
import { adamW } from "./optimizer/adamw.js";
import { sgd } from "./optimizer/sgd.js";
import { ParameterStore } from "./parameter-store.js";
import { archKinds, unevenArch } from "./test-models.js";
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

  it.each([["uneven", { ...unevenArch, vocabSize: 29 }], ...kinds] as const)("computes layers again to the same bits: %s", async (_, trained) => {
    const run = async (recompute: boolean): Promise<number[]> => {
      const { parameters } = createModel(trained, mlm, 5);
      const trainer = await Trainer.create({ backend: onnx, parameters, graph: mlmLossGraph(trained, shape), optimizer: adamW(), recompute });
      for (let step = 0; step < 3; step++) await trainer.step(feeds(step), 5e-3);
      await trainer.dispose();
      return [...parameters.flat];
    };
    expect(await run(true)).toEqual(await run(false));
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

  it("differentiates a batch without a step: what the step then takes", async () => {
    const trainer = await makeTrainer(onnx, { optimizer: sgd(), maxGradientNorm: Infinity });
    const before = trainer.state.parameters.flat.slice();
    const loss = await trainer.differentiate(feeds(0));
    const gradient = trainer.gradient.slice();
    expect(fingerprint(trainer.state.parameters.flat)).toBe(fingerprint(before));
    expect(trainer.state.step).toBe(0);
    const taken = await trainer.step(feeds(0), 1);
    expect(taken.loss).toBe(loss);
    expect(Math.sqrt(gradient.reduce((sum, value) => sum + value ** 2, 0))).toBeCloseTo(taken.gradientNorm, 4);
    expect(fingerprint(trainer.gradient)).toBe(fingerprint(gradient));
    const stepped = trainer.state.parameters.flat.reduce((worst, value, i) => Math.max(worst, Math.abs(before[i]! - gradient[i]! - value)), 0);
    expect(stepped).toBeLessThan(1e-6);
    expect(await trainer.differentiate(feeds(0))).not.toBe(loss);
    expect(fingerprint(trainer.gradient)).not.toBe(fingerprint(gradient));
    await trainer.dispose();
  });

  it("does not take a step whose loss is not finite", async () => {
    const trainer = await makeTrainer(onnx);
    await trainer.step(feeds(0), 1e-3);
    trainer.state.parameters.view("layers.0.feedForward.up.weight")[3] = Number.NaN;
    const { loss } = trainer.state;
    const bytes = (): string => fingerprint(trainer.state.parameters.flat, ...Object.values(trainer.state.slots));
    const before = bytes();
    const first = { node: expect.stringContaining("parameter(name=layers.0.feedForward.up.weight)") as string, input: "layers.0.feedForward.up.weight", element: 3, value: Number.NaN };
    await expect(trainer.step(feeds(1), 1e-3)).rejects.toMatchObject({ code: "nn/not-finite", step: 2, loss: Number.NaN, first });
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

  describe.each([["reference", referenceBackend()], ["onnx", onnx]] as const)("names the first op that is not finite: on the %s backend", (_, backend) => {
    const w = parameter("w", [2]);
    const failure = async (loss: Node, values: readonly number[], options: Partial<TrainerOptions> = {}): Promise<NotFiniteError> => {
      const parameters = new ParameterStore([{ name: "w", shape: [2], init: "zeros", decay: true }]);
      parameters.view("w").set(values);
      const trainer = await Trainer.create({ backend, parameters, graph: { loss }, optimizer: sgd(), ...options });
      const error = await trainer.step({}, 1e-3).catch((thrown: unknown) => thrown);
      await trainer.dispose();
      expect(error).toBeInstanceOf(NotFiniteError);
      return error as NotFiniteError;
    };
    const nodeOf = ({ first }: NotFiniteError): string => first!.node;

    it("of the loss", async () => {
      const error = await failure(op.sumAll(op.log(op.mul(w, 2))), [1, 0]);
      expect(error).toMatchObject({ step: 1, loss: -Infinity, first: { node: "%3 = log(%2) : f32[2]", element: 1, value: -Infinity } });
      expect(error.message).toContain("element 1 is -Infinity in %3 = log(%2) : f32[2]");
    });

    it("of a gradient, where the loss is finite", async () => {
      const error = await failure(op.sumAll(op.sqrt(w)), [0, 1]);
      expect(error).toMatchObject({ loss: 1, details: { gradientNorm: Infinity }, first: { element: 0, value: Infinity } });
      expect(nodeOf(error)).toMatch(/^%\d+ = div\(/);
    });

    it("of one micro-batch, and of a loss that is scaled too far", async () => {
      const overflowing = op.sumAll(op.mul(w, 1e30));
      expect(nodeOf(await failure(overflowing, [1, 1], { lossScale: () => 2 ** 100 }))).toMatch(/^%\d+ = /);
      const parameters = ParameterStore.initialized([{ name: "w", shape: [2], init: "ones", decay: true }], 0, 1);
      const trainer = await Trainer.create({ backend, parameters, graph: { loss: op.sumAll(op.log(op.mul(w, parameter("x", [2])))) }, optimizer: sgd() });
      const micro = [[1, 1], [1, 0]].map((x) => ({ feeds: { x: Float32Array.from(x) } }));
      await expect(trainer.step(micro, 1e-3)).rejects.toMatchObject({ first: { node: expect.stringContaining("= log(") as string, element: 1 } });
      await trainer.dispose();
    });

    it("none, where the gradient is finite and the sum of its squares is not", async () => {
      const error = await failure(op.sumAll(op.mul(w, 1e25)), [1e-25, 1e-25]);
      expect(error).toMatchObject({ details: { gradientNorm: Infinity }, first: null });
    });

    it("none, where nobody asks", async () => {
      expect((await failure(op.sumAll(op.log(w)), [0, 0], { diagnose: false })).first).toBeUndefined();
    });
  });

  it("says why the first op was not found, where running again fails", async () => {
    let compiled = 0;
    const limited: Backend = { ...onnx, compile: (graph) => (++compiled > 3 ? Promise.reject(new Error("no memory")) : onnx.compile(graph)) };
    const trainer = await makeTrainer(limited);
    await expect(trainer.step({ ...feeds(0), weights: new Float32Array(8) }, 1e-3)).rejects.toMatchObject({ code: "nn/not-finite", cause: { message: "no memory" }, first: undefined });
    await trainer.dispose();
  });

  it("trains the groups of the store each in its way, and leaves the frozen ones as they are", async () => {
    const flat = createModel(arch, mlm, 5).parameters;
    const kind = (name: string): string => (name.startsWith("mlm.") ? "head" : name.startsWith("layers.") ? "layer" : "embedding");
    const parameters = flat.regrouped(({ name }) => ({ head: {}, layer: { learningRateFactor: 0.5, decay: false }, embedding: { frozen: true } })[kind(name)]!);
    const trainer = await makeTrainer(onnx, { parameters, optimizer: sgd({ weightDecay: 0.25 }), maxGradientNorm: Infinity });
    const whole = await makeTrainer(onnx, { parameters: flat.regrouped(() => ({})), optimizer: sgd(), maxGradientNorm: Infinity });
    expect(Object.values(trainer.state.slots).every(({ length }) => length === parameters.layout.trainedSize)).toBe(true);
    await trainer.step(feeds(0), 0.1);
    await whole.step(feeds(0), 0.1);
    for (const { name, decay } of flat.specs) {
      const change = (store: ParameterStore, at: number): number => store.view(name)[at]! - flat.view(name)[at]!;
      flat.view(name).forEach((before, at) => {
        const step = change(whole.state.parameters, at);
        const expected = { head: step - (decay ? 0.1 * 0.25 * before : 0), layer: 0.5 * step, embedding: 0 }[kind(name)]!;
        expect(Math.abs(change(parameters, at) - expected)).toBeLessThanOrEqual(kind(name) === "embedding" ? 0 : 1e-6);
      });
    }
    await trainer.dispose();
    await whole.dispose();
  });

  it("takes a decay of a group's own in place of the optimizer's", async () => {
    const weights = async (decay: number | boolean, weightDecay: number): Promise<string> => {
      const parameters = createModel(arch, mlm, 5).parameters.regrouped(() => ({ decay }));
      const trainer = await makeTrainer(onnx, { parameters, optimizer: adamW({ weightDecay }) });
      await trainer.step(feeds(0), 0.1);
      await trainer.dispose();
      return fingerprint(parameters.flat);
    };
    const own = await weights(0.3, 0.01);
    expect(own).toBe(await weights(true, 0.3));
    expect(own).not.toBe(await weights(true, 0.01));
    expect(await weights(0, 0.3)).toBe(await weights(false, 0.01));
  });

  it("trains a classifier on a frozen encoder", async () => {
    const head = { kind: "classifier", labels: ["a", "b"] } as const;
    const model = createModel(arch, head, 5);
    const parameters = model.parameters.regrouped(({ name }) => ({ frozen: !name.startsWith("classifier.") }));
    const frozen = (): string => fingerprint(parameters.flat.subarray(parameters.layout.trainedSize));
    const before = frozen();
    const trainer = await Trainer.create({ backend: onnx, parameters, graph: classificationLossGraph(model, 4, 6), optimizer: adamW() });
    const batch = { ids: Int32Array.from({ length: 24 }, (_, i) => (i < 12 ? 7 : 9)), mask: new Float32Array(24).fill(1), labels: Int32Array.of(0, 0, 1, 1), weights: new Float32Array(4).fill(1) };
    const losses: number[] = [];
    for (let step = 0; step < 30; step++) losses.push((await trainer.step(batch, 0.05)).loss);
    await trainer.dispose();
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 10);
    expect(frozen()).toBe(before);
  });

  it("takes the same step with a loss scale that is a power of two, asked at every attempt", async () => {
    const asked: number[] = [];
    const weights = async (options: Partial<TrainerOptions>): Promise<Float32Array> => {
      const trainer = await makeTrainer(referenceBackend(), { optimizer: sgd(), ...options });
      for (let step = 0; step < 2; step++) await trainer.step(feeds(step), 0.1);
      await trainer.dispose();
      return trainer.state.parameters.flat;
    };
    const [plain, scaled] = [await weights({}), await weights({ lossScale: (step) => 2 ** (10 + asked.push(step)) })];
    expect(asked).toEqual([0, 1]);
    expect(scaled).toEqual(plain);
    for (const scale of [0, -1, Number.NaN, Infinity]) {
      const trainer = await makeTrainer(onnx, { lossScale: () => scale });
      await expect(trainer.step(feeds(0), 0.1)).rejects.toMatchObject({ code: "nn/bad-option" });
      await trainer.dispose();
    }
  });

  it("refuses an average's decay that is none, and a store with nothing to train", async () => {
    for (const averageDecay of [-0.1, 1, Number.NaN]) await expect(makeTrainer(onnx, { averageDecay })).rejects.toMatchObject({ code: "nn/bad-option" });
    const parameters = createModel(arch, mlm, 5).parameters.regrouped(() => ({ frozen: true }));
    await expect(makeTrainer(onnx, { parameters })).rejects.toMatchObject({ code: "nn/bad-option" });
  });

  it("refuses parameters that the loss does not read, and a clipping norm that is not positive", async () => {
    const parameters = createModel(arch, { kind: "classifier", labels: ["a", "b"] }, 0).parameters;
    const trainer = await makeTrainer(onnx, { parameters });
    await expect(trainer.step(feeds(0), 1e-3)).rejects.toMatchObject({ code: "nn/missing-tensor", message: expect.stringContaining("classifier.dense.weight") });
    await trainer.dispose();
    for (const maxGradientNorm of [0, -1, Number.NaN]) await expect(makeTrainer(onnx, { maxGradientNorm })).rejects.toMatchObject({ code: "nn/bad-option" });
  });
});
