import { type EncoderArch, parameterCount, uniformArch } from "@bort/arch";
import { onnxBackend } from "@bort/backend-onnx";
import { type MlmBatch } from "@bort/data";
import { type Backend, evaluate, gradients, parameter, parametersOf } from "@bort/graph";
import { createModel, evaluateMlm, lastLayerCrossEntropy, mlmFeeds, mlmNodes } from "@bort/nn";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { chainBatches } from "../../nn/src/chain-batches.js";
import { CandidateTraining, type CandidateTrainingOptions, type ObserveOptions, bortHyperparameters } from "./candidate-training.js";
import { type TrainingStep } from "./objectives.js";
import { type StepObservation, clippedGradientNorm } from "./step-observation.js";

const shape = { batchSize: 4, sequenceLength: 10, maskedPerSequence: 2 };
const archOf = (hidden: number): EncoderArch => uniformArch({ depth: 1, heads: 2, hidden, intermediate: 12, vocabSize: 17, positions: 10, layerNormEps: 1e-5 });
const backend = await onnxBackend({ threads: 1 });
const teacher = createModel(archOf(12), { kind: "mlm" } as const, 1, 0.5);
const heldOut = [0, 1].map((step) => chainBatches(17, shape, 9).at(step));
const options: CandidateTrainingOptions = { backend, teacher, shape, train: chainBatches(17, shape, 1), heldOut, steps: 4, seed: 2, maxGradientNorm: 1 };
const theta = { learningRate: 0.5, warmupRatio: 0 };
const quiet = { signal: new AbortController().signal, onStep: () => {} };

async function errorOf(changed: Partial<CandidateTrainingOptions> = {}, hyperparameters: typeof theta = theta, arch: EncoderArch = archOf(8)): Promise<number> {
  const training = new CandidateTraining({ ...options, ...changed });
  try {
    return await training.error(arch, hyperparameters, quiet);
  } finally {
    await training.dispose();
  }
}

/** The backend, with a count of the batches that it gave logits for. */
function countingBackend(): { counted: Backend; logitsOf: { batches: number } } {
  const logitsOf = { batches: 0 };
  const compile: Backend["compile"] = async (graph) => {
    const program = await backend.compile(graph);
    return { run: (feeds, into) => { logitsOf.batches += Number("logits" in graph); return program.run(feeds, into); }, dispose: () => program.dispose() };
  };
  return { counted: { ...backend, compile }, logitsOf };
}

/** The first or the last two sequences of a batch. */
function halfOf({ ids, positions, labels, weights }: MlmBatch, half: number): MlmBatch {
  const part = <T extends Int32Array | Float32Array>(all: T): T => all.subarray((half * all.length) / 2, ((half + 1) * all.length) / 2) as T;
  return { ids: part(ids), positions: part(positions).map((place) => place - (half * ids.length) / 2), labels: part(labels), weights: part(weights) };
}

describe("CandidateTraining", () => {
  it("of a step too small to matter gives the cross-entropy of fresh parameters to the teacher", async () => {
    const { parameters } = createModel(archOf(8), { kind: "mlm" }, 2);
    const student = mlmNodes(archOf(8), shape);
    const teacherLogits = mlmNodes(teacher.arch, shape).logits;
    const loss = lastLayerCrossEntropy({ student: student.logits, teacher: parameter("teacherLogits", teacherLogits.shape), weights: student.weights });
    const lossOn = (batch: MlmBatch): number => {
      const feeds = mlmFeeds(batch);
      const [logits] = evaluate([teacherLogits], { ...teacher.parameters.views, ...feeds });
      return evaluate([loss], { ...parameters.views, ...feeds, teacherLogits: logits! })[0]![0]!;
    };
    expect(await errorOf({ steps: 1 }, { learningRate: 1e-12, warmupRatio: 0 })).toBeCloseTo((lossOn(heldOut[0]!) + lossOn(heldOut[1]!)) / 2, 5);
  });

  it("is reproducible, and depends on seed, architecture, rate, clipping and data", async () => {
    const first = await errorOf();
    expect(await errorOf()).toBe(first);
    const others = [
      await errorOf({ seed: 3 }), await errorOf({}, theta, archOf(10)), await errorOf({}, { ...theta, learningRate: 0.1 }), await errorOf({}, { ...theta, warmupRatio: 0.9 }),
      await errorOf({ maxGradientNorm: 0.01 }), await errorOf({ train: chainBatches(17, shape, 4) }), await errorOf({ heldOut: heldOut.slice(1) }),
    ];
    for (const other of others) expect(other).not.toBe(first);
  });

  it("trains the second time as a search of the next seed would, on the batches that follow", async () => {
    const training = new CandidateTraining(options);
    const second = await training.error(archOf(8), theta, { ...quiet, seed: 1 });
    await training.dispose();
    const following = { ...options.train, at: (step: number) => options.train.at(step + options.steps) };
    expect(await errorOf({ seed: options.seed + 1, train: following })).toBe(second);
    expect(await errorOf()).not.toBe(second);
  });

  it("is the loss of the last step, or of the task, where that is asked for", async () => {
    const losses: number[] = [];
    const training = new CandidateTraining({ ...options, heldOut: [], surrogate: "last-batch" });
    const last = await training.error(archOf(8), theta, { ...quiet, onStep: ({ loss }) => losses.push(loss) });
    await training.dispose();
    expect(losses).toHaveLength(4);
    expect(last).toBe(losses[3]);

    const fresh = createModel(archOf(8), { kind: "mlm" } as const, options.seed);
    const task = await errorOf({ surrogate: "task", steps: 1 }, { learningRate: 1e-12, warmupRatio: 0 });
    expect(task).toBeCloseTo((await evaluateMlm(backend, fresh, shape, heldOut)).loss, 5);
    expect(task).not.toBeCloseTo(await errorOf({ steps: 1 }, { learningRate: 1e-12, warmupRatio: 0 }), 3);
  });

  it("is the mean over masked places, however many of them a batch has, and none", async () => {
    const [first, second] = heldOut as [MlmBatch, MlmBatch];
    const sparse = { ...second, weights: second.weights.map((weight, i) => (i === 0 ? weight : 0)) };
    const uneven = [first, sparse, { ...second, weights: second.weights.map(() => 0) }];
    const fresh = createModel(archOf(8), { kind: "mlm" } as const, options.seed);
    const { loss } = await evaluateMlm(backend, fresh, shape, uneven);
    expect(await errorOf({ surrogate: "task", steps: 1, heldOut: uneven }, { learningRate: 1e-12, warmupRatio: 0 })).toBeCloseTo(loss, 5);
  });

  it("is lower after more steps, and tells each", async () => {
    const steps: TrainingStep[] = [];
    const training = new CandidateTraining({ ...options, steps: 40 });
    const after40 = await training.error(archOf(8), theta, { ...quiet, onStep: (step) => steps.push(step) });
    await training.dispose();
    expect(after40).toBeLessThan((await errorOf({ steps: 1 })) - 0.05);
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(steps.every(({ loss, steps: all }) => Number.isFinite(loss) && all === 40)).toBe(true);
  });

  it("tells what each step did, those asked for in full, and trains as it does unobserved", async () => {
    const observations: StepObservation[] = [];
    const observe = { every: 3 };
    const training = new CandidateTraining({ ...options, steps: 7, observe, maxGradientNorm: 0.02 });
    const error = await training.error(archOf(8), { learningRate: 0.5, warmupRatio: 0.3 }, { ...quiet, onStep: ({ observation }) => observations.push(observation!) });
    await training.dispose();
    expect(error).toBe(await errorOf({ steps: 7, maxGradientNorm: 0.02 }, { learningRate: 0.5, warmupRatio: 0.3 }));
    expect(observations.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(observations.map(({ learningRate }) => learningRate)).toEqual([0.25, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
    expect(observations.filter(({ movement }) => movement !== undefined).map(({ step }) => step)).toEqual([1, 4, 7]);
    for (const { movement, learningRate, gradientNorm } of observations) {
      expect(gradientNorm).toBeGreaterThan(0.02);
      if (movement === undefined) continue;
      const { norm, roundOff } = clippedGradientNorm(movement, learningRate);
      expect(Math.abs(norm - 0.02)).toBeLessThan(1e-4 * 0.02 + roundOff);
      expect(movement.gradientChangeNorm).toBeGreaterThan(0);
    }
  });

  it("has a gradient that changes along the first step as one computed apart says", async () => {
    const observed: StepObservation[] = [];
    const training = new CandidateTraining({ ...options, steps: 1, observe: {}, maxGradientNorm: Infinity });
    await training.error(archOf(8), theta, { ...quiet, onStep: ({ observation }) => observed.push(observation!) });
    await training.dispose();
    const { parameters } = createModel(archOf(8), { kind: "mlm" }, 2);
    const batch = mlmFeeds(options.train.at(0));
    const [teacherLogits] = evaluate([mlmNodes(teacher.arch, shape).logits], { ...teacher.parameters.views, ...batch });
    const { logits, weights } = mlmNodes(archOf(8), shape);
    const loss = lastLayerCrossEntropy({ student: logits, teacher: parameter("teacherLogits", logits.shape), weights });
    const inputs = [...parametersOf({ loss }).entries()].filter(([name]) => name in parameters.views);
    const nodes = gradients(loss, inputs.map(([, node]) => node));
    const gradientAt = (values: Readonly<Record<string, Float32Array>>): number[] =>
      evaluate(nodes, { ...values, ...batch, teacherLogits: teacherLogits! }).flatMap((gradient) => [...gradient]);
    const before = gradientAt(parameters.views);
    inputs.reduce((offset, [name]) => {
      const view = parameters.view(name);
      view.forEach((value, i) => { view[i] = value - theta.learningRate * before[offset + i]!; });
      return offset + view.length;
    }, 0);
    const after = gradientAt(parameters.views);
    const norm = (vector: readonly number[]): number => Math.sqrt(vector.reduce((sum, value) => sum + value ** 2, 0));
    expect(observed[0]!.gradientNorm).toBeCloseTo(norm(before), 4);
    expect(observed[0]!.movement!.updateNorm).toBeCloseTo(theta.learningRate * norm(before), 4);
    expect(observed[0]!.movement!.parameterNorm).toBeCloseTo(norm(inputs.flatMap(([name]) => [...parameters.view(name)])), 4);
    expect(observed[0]!.movement!.gradientChangeNorm).toBeCloseTo(norm(after.map((value, i) => value - before[i]!)), 4);
  });

  it("looks at no candidate above the size named, and at none unless asked", async () => {
    const looked = async (observe?: ObserveOptions): Promise<number> => {
      const observations: StepObservation[] = [];
      const training = new CandidateTraining({ ...options, ...(observe && { observe }) });
      await training.error(archOf(8), theta, { ...quiet, onStep: ({ observation }) => observations.push(observation!) });
      await training.dispose();
      expect(observations).toHaveLength(4);
      return observations.filter(({ movement }) => movement !== undefined).length;
    };
    const size = parameterCount(archOf(8)).total;
    expect([await looked(), await looked({}), await looked({ mostParameters: size }), await looked({ mostParameters: size - 1 })]).toEqual([0, 4, 4, 0]);
    await expect(looked({ every: 0 })).rejects.toMatchObject({ code: "fptas/bad-objective" });
  });

  it("is not a number where training diverges", async () => {
    expect(await errorOf({ maxGradientNorm: Infinity, steps: 10 }, { learningRate: 1e30, warmupRatio: 0 })).toBeNaN();
  });

  it("asks the teacher once for each batch, and trains later candidates on the same answers", async () => {
    const { counted, logitsOf } = countingBackend();
    const training = new CandidateTraining({ ...options, backend: counted });
    await training.error(archOf(10), theta, quiet);
    expect(logitsOf.batches).toBe(6); // 4 to train on, 2 held out
    const kept = await training.error(archOf(8), theta, quiet);
    expect(logitsOf.batches).toBe(6);
    expect(kept).toBe(await errorOf());
    await training.dispose();
  });

  it("asks it not at all where another process has, and trains on the same answers", async () => {
    const logitsFolder = mkdtempSync(join(tmpdir(), "bort-logits-"));
    try {
      const first = await errorOf({ logitsFolder });
      const { counted, logitsOf } = countingBackend();
      expect(await errorOf({ logitsFolder, backend: counted })).toBe(first);
      expect(logitsOf.batches).toBe(0);
      expect(await errorOf()).toBe(first);
    } finally {
      rmSync(logitsFolder, { recursive: true });
    }
  });

  it("takes steps on all that it accumulates as on one batch", async () => {
    const halves = (batch: MlmBatch): MlmBatch[] => [0, 1].map((half) => halfOf(batch, half));
    const train = { ...options.train, at: (index: number) => halfOf(options.train.at(index >> 1), index & 1) };
    const inHalves = await errorOf({ shape: { ...shape, batchSize: 2 }, train, accumulate: 2, heldOut: heldOut.flatMap(halves) });
    expect(inHalves).toBeCloseTo(await errorOf(), 5);
    expect(inHalves).not.toBeCloseTo(await errorOf({ shape: { ...shape, batchSize: 2 }, train, heldOut: heldOut.flatMap(halves) }), 3);
  });

  it("stops at the signal", async () => {
    const controller = new AbortController();
    const training = new CandidateTraining(options);
    const steps: number[] = [];
    const onStep = ({ step }: TrainingStep): void => {
      steps.push(step);
      if (step === 2) controller.abort(new Error("enough"));
    };
    await expect(training.error(archOf(8), theta, { signal: controller.signal, onStep })).rejects.toThrow("enough");
    expect(steps).toEqual([1, 2]);
    await training.dispose();
  });

  it("refuses hyperparameters that no schedule has", async () => {
    await expect(errorOf({}, { learningRate: 0, warmupRatio: 0 })).rejects.toMatchObject({ code: "nn/bad-option" });
    await expect(errorOf({}, { learningRate: 1, warmupRatio: 1 })).rejects.toMatchObject({ code: "nn/bad-option" });
  });
});

describe("bortHyperparameters", () => {
  it("are those of section 3.3", () => {
    expect(bortHyperparameters).toEqual({ learningRate: 5e-4, warmupRatio: 0.05 });
  });
});
