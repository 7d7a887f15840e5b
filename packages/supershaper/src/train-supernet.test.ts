import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onnxBackend } from "@bort/backend-onnx";
import { type MlmBatch, type MlmBatches } from "@bort/data";
import { type Backend } from "@bort/graph";
import { adamW, evaluateMlm, schedule, type TrainingEvent } from "@bort/nn";
import { afterAll, describe, expect, it } from "vitest";
import { extractSubnetwork } from "./extract-subnetwork.js";
import { ShapeSpace } from "./shape-space.js";
import { SupernetEvaluation } from "./supernet-evaluation.js";
import { testBatch, testFeeds, testFrame, testSupernet } from "./test-supernets.js";
import { superShaperTraining, trainSupernet, type TrainSupernetOptions, type TrainSupernetResult } from "./train-supernet.js";

const folder = mkdtempSync(join(tmpdir(), "bort-supernet-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const supernet = testSupernet();
const space = new ShapeSpace({ layers: 3, widths: [4, 12, 24], heads: 2, hidden: 24, intermediate: 20 });
const batchAt = (step: number): MlmBatch => testFeeds(step % 4) as unknown as MlmBatch;
const train: MlmBatches = { sequences: 12, stepsPerEpoch: 4, at: batchAt };
const backend = await onnxBackend({ threads: 1 });
const options: TrainSupernetOptions = { backend, supernet, space, shape: testBatch, train, validation: [batchAt(0), batchAt(1)], steps: 8, learningRate: 1e-2, evaluateEvery: 4 };

async function run(changes: Partial<TrainSupernetOptions> = {}): Promise<{ events: TrainingEvent[]; result: TrainSupernetResult }> {
  const events: TrainingEvent[] = [];
  const training = trainSupernet({ ...options, ...changes });
  let next = await training.next();
  for (; next.done !== true; next = await training.next()) events.push(next.value);
  return { events, result: next.value };
}
const lossesOf = (events: readonly TrainingEvent[]): number[] => events.flatMap((event) => (event.type === "step" ? event.loss : []));
const evaluations = (events: readonly TrainingEvent[]) => events.flatMap((event) => (event.type === "evaluation" ? [event.metrics] : []));

describe("trainSupernet", () => {
  it("lowers the loss of every shape of its panel, and leaves the backbone as it was", async () => {
    const before = supernet.parameters.flat.slice();
    const { events, result } = await run({ steps: 60, evaluateEvery: 30 });
    const [first, , last] = evaluations(events) as [Record<string, number>, unknown, Record<string, number>];
    const perplexities = Object.keys(first).filter((name) => name.startsWith("perplexity "));
    expect(perplexities).toHaveLength(6);
    expect(perplexities.slice(0, 2)).toEqual(["perplexity 24 24 24", "perplexity 4 4 4"]);
    for (const name of perplexities) expect(last[name]).toBeLessThan(first[name]!);
    expect(events.find(({ type }) => type === "step")).toMatchObject({ metrics: { lossLargest: expect.any(Number) } });
    expect(supernet.parameters.flat).toEqual(before);
    expect(result.supernet.parameters.flat).not.toEqual(before);
  });

  it("evaluates a shape as the network that is extracted for it", async () => {
    const { result } = await run();
    const evaluation = new SupernetEvaluation(backend, result.supernet, testFrame(supernet));
    for (const shape of [[24, 24, 24], [4, 12, 24]]) {
      const own = await evaluation.of(shape, options.validation);
      const alone = await evaluateMlm(backend, extractSubnetwork(result.supernet, shape), testBatch, options.validation);
      expect(own.loss).toBeCloseTo(alone.loss, 5);
      expect(own.accuracy).toBe(alone.accuracy);
    }
    await evaluation.dispose();
  });

  it.each<[string, Partial<TrainSupernetOptions>]>([
    ["the sandwich", {}], ["random shapes and micro-batches", { sampling: "random", random: 2, accumulate: 2 }],
    ["distillation and dropout", { distillation: { logits: { weight: 0.5, temperature: 2 }, hidden: 0.1 }, dropout: { hidden: 0.1, attention: 0.1 } }],
  ])("resumed, ends as a run that was not interrupted: %s", async (name, changes) => {
    const whole = await run(changes);
    const checkpoint = { folder: join(folder, name), every: 3, resume: true };
    const stop = new AbortController();
    const training = trainSupernet({ ...options, ...changes, checkpoint, signal: stop.signal });
    for (let next = await training.next(); next.done !== true; next = await training.next()) if (next.value.type === "step" && next.value.step === 5) stop.abort();
    const resumed = await run({ ...changes, checkpoint });
    expect(resumed.events[0]).toEqual({ type: "resumed", step: 5 });
    expect(resumed.result.supernet.parameters.flat).toEqual(whole.result.supernet.parameters.flat);
    expect(lossesOf(resumed.events)).toEqual(lossesOf(whole.events).slice(5));
  });

  it("does not go on with a checkpoint of another space", async () => {
    const checkpoint = { folder: join(folder, "other"), every: 4, resume: true };
    await run({ checkpoint });
    const other = new ShapeSpace({ layers: 3, widths: [8, 24], heads: 2, hidden: 24, intermediate: 20 });
    await expect(run({ checkpoint, space: other })).rejects.toMatchObject({ code: "nn/other-run", message: expect.stringContaining("widths") });
  });

  it("does not go on with early stopping over another panel, whose losses are others", async () => {
    const checkpoint = { folder: join(folder, "panel"), every: 4, resume: true };
    const [some, others] = [[[4, 4, 4]], [[24, 24, 24]]];
    await run({ checkpoint, steps: 4, panel: some, earlyStopping: { patience: 9 } });
    await expect(run({ checkpoint, steps: 4, panel: others, earlyStopping: { patience: 9 } })).rejects.toMatchObject({ code: "nn/other-run", message: expect.stringContaining("panel") });
  });

  it("gives back all of an engine's memory, where an option is refused as late as by the trainer, too", async () => {
    const arrays = new Set<Float32Array>();
    let allocations = 0;
    const memory = {
      allocate: (length: number): Float32Array => {
        const array = new Float32Array(length);
        arrays.add(array);
        allocations++;
        return array;
      },
      free: (array: Float32Array): void => void arrays.delete(array),
    };
    const counted: Backend = { name: "counted", device: "cpu", memory, compile: (graph) => backend.compile(graph) };
    await expect(run({ backend: counted, maxGradientNorm: 0 })).rejects.toMatchObject({ code: "nn/bad-option" });
    expect(allocations).toBeGreaterThan(0);
    expect(arrays.size).toBe(0);
    await run({ backend: counted, steps: 1 });
    expect(arrays.size).toBe(0);
  });

  it("sums the gradients of more random networks where it is told to", async () => {
    const [one, three] = [await run({ steps: 1 }), await run({ steps: 1, random: 3 })];
    expect(lossesOf(one.events)).not.toEqual(lossesOf(three.events));
    expect(lossesOf((await run({ steps: 1, random: 0 })).events)).toHaveLength(1);
  });

  it.each<[string, Partial<TrainSupernetOptions>, string]>([
    ["a space of more layers", { space: new ShapeSpace({ layers: 4, widths: [24], heads: 2, hidden: 24, intermediate: 20 }) }, "supershaper/bad-shape"],
    ["a space of other heads, whose widths would fail as they are drawn", { space: new ShapeSpace({ layers: 3, widths: [4, 5, 24], heads: 1, hidden: 24, intermediate: 20 }), panel: [[24, 24, 24]] }, "supershaper/bad-shape"],
    ["a space wider than the backbone", { space: new ShapeSpace({ layers: 3, widths: [24, 48], heads: 2, hidden: 48, intermediate: 20 }) }, "supershaper/bad-shape"],
    ["a panel outside of the space", { panel: [[4, 4, 8]] }, "supershaper/width-not-in-space"],
    ["distillation without the largest network", { sampling: "random", distillation: { hidden: 1 } }, "supershaper/bad-option"],
    ["random sampling of none", { sampling: "random", random: 0 }, "supershaper/bad-option"],
    ["a weight above 1", { distillation: { logits: { weight: 2, temperature: 1 } } }, "supershaper/bad-option"],
    ["an infinite temperature", { distillation: { logits: { weight: 0.5, temperature: Infinity } } }, "supershaper/bad-option"],
    ["an infinite weight of hidden states", { distillation: { hidden: Infinity } }, "supershaper/bad-option"],
    ["an empty panel, whose mean would be 0", { panel: [] }, "supershaper/bad-option"],
    ["no text to evaluate on", { validation: [] }, "supershaper/bad-option"],
    ["a super-network whose heads were cut", { supernet: { ...supernet, arch: { ...supernet.arch, layers: supernet.arch.layers.map((layer) => ({ ...layer, keySize: 6, valueSize: 6 })) } } }, "supershaper/bad-backbone"],
  ])("refuses %s, before any work", async (_, changes, code) => {
    await expect(trainSupernet({ ...options, ...changes }).next()).rejects.toMatchObject({ code });
  });
});

describe("superShaperTraining", () => {
  it("has the values of the paper's table 1, with an optimizer that has them by default", () => {
    expect(superShaperTraining).toEqual({ steps: 175_000, learningRate: 2e-5, warmupRatio: 10_000 / 175_000, schedule: "linear", maxGradientNorm: Infinity, sampling: "sandwich", random: 1 });
    expect(adamW().settings).toEqual({ beta1: 0.9, beta2: 0.999, epsilon: 1e-6, weightDecay: 0.01 });
  });

  it("warms up for 10,000 steps, then falls to nothing in a straight line", () => {
    const rate = schedule(superShaperTraining.schedule, superShaperTraining);
    expect([rate(4_999), rate(9_999), rate(10_000)]).toEqual([1e-5, 2e-5, 2e-5]);
    expect(rate(9_998)).toBeLessThan(2e-5);
    expect(rate(10_001)).toBeLessThan(2e-5);
    expect(rate(92_500)).toBeCloseTo(1e-5, 12);
    expect(rate(175_000)).toBe(0);
  });

  it("trains without clipping, and goes on after an interruption", async () => {
    const changes: Partial<TrainSupernetOptions> = { ...superShaperTraining, steps: 4, learningRate: 1e-2 };
    const whole = await run(changes);
    expect(lossesOf(whole.events)).not.toEqual(lossesOf((await run({ ...changes, maxGradientNorm: 1e-3 })).events));
    const checkpoint = { folder: join(folder, "paper"), every: 1, resume: true };
    const stop = new AbortController();
    const training = trainSupernet({ ...options, ...changes, checkpoint, signal: stop.signal });
    for (let next = await training.next(); next.done !== true; next = await training.next()) if (next.value.type === "step" && next.value.step === 2) stop.abort();
    expect((await run({ ...changes, checkpoint })).result.supernet.parameters.flat).toEqual(whole.result.supernet.parameters.flat);
  });
});
