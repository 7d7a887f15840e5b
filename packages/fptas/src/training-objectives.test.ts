import { archOf, flops, gridSpace, parameterCount, uniformArch } from "@bort/arch";
import { onnxBackend } from "@bort/backend-onnx";
import { type EncoderLatencies, createModel } from "@bort/nn";
import { describe, expect, it } from "vitest";
import { chainBatches } from "../../nn/src/chain-batches.js";
import { collect } from "../../nn/src/test-models.js";
import { extract } from "./extract.js";
import { trialFlops } from "./trial-flops.js";
import { type TrainingObjectivesOptions, trainingObjectives } from "./training-objectives.js";

const shape = { batchSize: 4, sequenceLength: 10, maskedPerSequence: 2 };
const frame = { vocabSize: 17, positions: 10, tokenTypes: 1, activation: "geluTanh", layerNormEps: 1e-5, padTokenId: 1 } as const;
const teacher = createModel(uniformArch({ depth: 2, heads: 2, hidden: 16, intermediate: 32, ...frame }), { kind: "mlm" } as const, 1, 0.5);
const backend = await onnxBackend({ threads: 1 });
const options: TrainingObjectivesOptions = {
  backend, teacher, shape, train: chainBatches(17, shape, 1), heldOut: [chainBatches(17, shape, 9).at(0)], steps: 3, latency: "flops",
};
const context = { signal: new AbortController().signal };

describe("trainingObjectives", () => {
  it("measures candidates inside the teacher's frame, as it measures the teacher", async () => {
    const objectives = await trainingObjectives(options);
    const candidate = archOf([1, 2, 8, 12], frame);
    const size = { sequence: 10, batch: 4 };
    expect(objectives.parameters([1, 2, 8, 12])).toBe(parameterCount(candidate).total);
    expect(await objectives.latenciesMs([[1, 2, 8, 12], [2, 2, 16, 32]], context)).toEqual([flops(candidate, size).total, flops(teacher.arch, size).total]);
    expect(await objectives.maximumPoint()).toEqual({ parameters: parameterCount(teacher.arch).total, latencyMs: flops(teacher.arch, size).total });
    expect(objectives.gradientClip).toBe(1);
    await objectives.dispose();
  });

  it("counts as the paper does where it is told to, the maximum point too", async () => {
    const objectives = await trainingObjectives({ ...options, accounting: "bort-paper" });
    const counted = parameterCount(archOf([1, 2, 8, 12], frame), { accounting: "bort-paper" }).total;
    expect(objectives.parameters([1, 2, 8, 12])).toBe(counted);
    expect(counted).not.toBe(parameterCount(archOf([1, 2, 8, 12], frame)).total);
    expect((await objectives.maximumPoint()).parameters).toBe(parameterCount(teacher.arch, { accounting: "bort-paper" }).total);
    await objectives.dispose();
  });

  it("needs held-out batches unless the last batch tells the error", async () => {
    await expect(trainingObjectives({ ...options, heldOut: [] })).rejects.toMatchObject({ code: "fptas/bad-objective" });
    const objectives = await trainingObjectives({ ...options, heldOut: [], surrogate: "last-batch" });
    expect(objectives.training!.flopsOf([1, 2, 8, 12])).toBe(trialFlops(archOf([1, 2, 8, 12], frame), { shape, steps: 3, heldOutBatches: 0 }));
    await objectives.dispose();
  });

  it("measures the time unless told", async () => {
    const told: EncoderLatencies[] = [];
    const objectives = await trainingObjectives({
      backend, teacher, shape, train: options.train, heldOut: options.heldOut, steps: 3, latencyOptions: { repeats: 7 }, onLatencies: (measured) => told.push(measured),
    });
    const { latencyMs } = await objectives.maximumPoint();
    expect(told).toMatchObject([{ batchSize: 4, sequenceLength: 10, encoders: [{ medianMs: latencyMs, repeats: 7 }] }]);
    expect(latencyMs).toBeGreaterThan(0);
    expect(latencyMs).toBeLessThan(flops(teacher.arch, { sequence: 10, batch: 4 }).total);
    await expect(objectives.latenciesMs([[1, 1, 8, 8]], { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
    await objectives.dispose();
  });

  it("carries a search to its choice, a diverging hyperparameter set left out", async () => {
    const objectives = await trainingObjectives({ ...options, maxGradientNorm: Infinity, steps: 4 });
    const search = () => collect(extract({
      space: gridSpace({ depth: [1, 2], heads: [2], hidden: [8, 12], intermediate: [16, 24] }),
      maximumPoint: { parameters: 2 * parameterCount(teacher.arch).total, latencyMs: 2 * flops(teacher.arch, { sequence: 10, batch: 4 }).total },
      epsilon: 3,
      hyperparameters: [{ learningRate: 0.2, warmupRatio: 0 }, { learningRate: 1e30, warmupRatio: 0 }],
      objectives,
    }));
    const { events, result } = await search();
    expect(events.filter(({ type }) => type === "step").length).toBeGreaterThanOrEqual(8);
    expect(result).toMatchObject({ theta: 0, spaceSize: 8 });
    expect(result.trials).toHaveLength(2);
    expect(result.failed.map(({ theta }) => theta)).toEqual([1, 1]);
    expect(result.trials.map(({ arch }) => arch)).toContainEqual(result.chosen);
    expect(result.trials[0]!.w).toBe(Math.max(...result.trials.map(({ w }) => w)));
    expect((await search()).result.trials.map(({ w }) => w)).toEqual(result.trials.map(({ w }) => w));
    await objectives.dispose();
  });

  it.each([[{ steps: 0 }, "steps"], [{ steps: 2.5 }, "steps"], [{ heldOut: [] }, "held-out"]])("refuses %j", async (changed, text) => {
    await expect(trainingObjectives({ ...options, ...changed })).rejects.toMatchObject({ code: "fptas/bad-objective", message: expect.stringContaining(text) });
  });
});
