import { uniformArch } from "@bort/arch";
import { onnxBackend } from "@bort/backend-onnx";
import * as op from "@bort/graph";
import { parameter } from "@bort/graph";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { chainBatches } from "./chain-batches.js";
import { type EarlyStopping } from "./early-stopping.js";
import { fingerprint } from "./fingerprint.js";
import { type LossGraph } from "./gradient-graph.js";
import { evaluateMlm } from "./mlm.js";
import { sgd } from "./optimizer/sgd.js";
import { ParameterStore } from "./parameter-store.js";
import { type PretrainOptions, pretrain } from "./pretrain.js";
import { temporaryFolder } from "./temporary-folder.js";
import { collect } from "./test-models.js";
import { Trainer } from "./trainer.js";
import { type TrainingEvent, type TrainingRunOptions, type TrainingSummary, runTraining } from "./training-run.js";

const at = temporaryFolder();
const backend = await onnxBackend({ threads: 1 });
const graph: LossGraph = { loss: op.sumAll(op.mul(parameter("w", [1]), parameter("x", [1]))) };

interface Run {
  readonly events: string;
  readonly summary: TrainingSummary;
  /** The parameter, which is minus the number of the step that it is of. */
  readonly w: number;
  readonly average: number | undefined;
}

/** A run whose evaluation after step t gives `scores[t]`: a step takes 1 from the only parameter. */
async function run(scores: readonly number[], stopping: Partial<EarlyStopping>, options: Partial<TrainingRunOptions> = {}, averageDecay?: number): Promise<Run> {
  const parameters = new ParameterStore([{ name: "w", shape: [1], init: "zeros", decay: false }]);
  const trainer = await Trainer.create({ backend, parameters, graph, optimizer: sgd(), maxGradientNorm: Infinity, ...(averageDecay !== undefined && { averageDecay }) });
  const training = runTraining({
    trainer, steps: scores.length - 1, schedule: () => 1, feeds: () => ({ batch: { x: Float32Array.of(1) }, tokens: 1 }),
    evaluate: { every: 1, run: async () => ({ other: 0, score: scores[trainer.state.step]! }) },
    earlyStopping: { metric: "score", mode: "min", patience: 2, ...stopping }, ...options,
  });
  try {
    const { events, result: summary } = await collect(training);
    const { state } = trainer;
    return { events: briefly(events), summary, w: state.parameters.flat[0]!, average: state.average?.[0] };
  } finally {
    await trainer.dispose();
  }
}

const briefly = (events: readonly TrainingEvent[]): string => events.filter(({ type }) => type !== "evaluation").map(({ type, step }) => `${type} ${step}`).join(", ");
const inFolder = (folder: string): Pick<TrainingRunOptions, "checkpoint"> => ({ checkpoint: { folder, every: 2, settings: {}, resume: true } });

describe("early stopping", () => {
  it("stops after as many evaluations without improvement, says why, and puts the best weights back", async () => {
    const { events, summary, w } = await run([5, 4, 3, 3.5, 3, 2, 1], {});
    expect(events).toBe("step 1, step 2, step 3, step 4, stopped 4");
    expect(w).toBe(-2);
    expect(summary).toMatchObject({ steps: 4, interrupted: false, best: { step: 2, metrics: { other: 0, score: 3 } } });
  });

  it.each([
    ["rising is the aim", [1, 2, 3, 2, 3, 4], { mode: "max" }, "stopped 4", -2],
    ["an improvement must be more than so much", [5, 4.6, 4.2, 3.9, 0], { minDelta: 1 }, "stopped 2", 0],
    ["what adds up to enough is an improvement", [5, 4.6, 3.9, 3.8, 3.7], { minDelta: 1 }, "stopped 4", -2],
    ["it has more patience", [5, 4, 6, 6, 3, 6, 6, 6], { patience: 3 }, "stopped 7", -4],
    ["values that are no numbers do not improve", [Number.NaN, 4, Number.NaN, Number.NaN, 1], {}, "stopped 3", -1],
    ["values without bounds do not improve, which no checkpoint could hold", [Infinity, 4, 5, -Infinity, 1], {}, "stopped 3", -1],
    ["none is a number: the last weights stay", [Number.NaN, Number.NaN, 1], {}, "stopped 1", -1],
    ["the best weights are not asked for", [5, 4, 6, 6, 1], { restoreBest: false }, "stopped 3", -3],
  ] as const)("where %s", async (_, scores, stopping, end, weight) => {
    const { events, w } = await run([...scores, 0], stopping);
    expect(events).toMatch(new RegExp(`${end}$`));
    expect(w).toBe(weight);
  });

  it("ends a whole run with the best weights too, the last evaluation counted", async () => {
    const { events, summary, w } = await run([5, 4, 3, 3.5], {});
    expect(events).toBe("step 1, step 2, step 3");
    expect([w, summary.best?.step]).toEqual([-2, 2]);
  });

  it("keeps the average that was there at the best evaluation", async () => {
    const short = await run([5, 4, 3], {}, {}, 0.5);
    const { average } = await run([5, 4, 3, 6, 6, 6], {}, {}, 0.5);
    expect(average).toBe(short.average);
    expect((await run([5, 4, 3, 6, 6, 6], { restoreBest: false }, {}, 0.5)).average).not.toBe(short.average);
  });

  it.each([1, 2, 3, 4])("interrupted after step %i and resumed ends as the uninterrupted run", async (last) => {
    const scores = [5, 4, 3, 6, 5, 4, 1, 1];
    const whole = await run(scores, { patience: 3 });
    expect(whole.events).toMatch(/stopped 5$/);
    const controller = new AbortController();
    const folder = at(`parts-${last}`);
    const evaluate = { every: 1, run: async (): Promise<Record<string, number>> => { if (++evaluations > last) controller.abort(); return { other: 0, score: scores[evaluations - 1]! }; } };
    let evaluations = 0;
    const first = await run(scores, { patience: 3 }, { ...inFolder(folder), evaluate, signal: controller.signal });
    expect(first.events).toMatch(new RegExp(`interrupted ${last}$`));
    expect([first.w, first.summary.best]).toEqual([-last, undefined]);
    const second = await run(scores, { patience: 3 }, inFolder(folder));
    expect(second.events).toMatch(/stopped 5$/);
    expect([second.w, second.summary.best]).toEqual([whole.w, whole.summary.best]);
  });

  it("stopped and resumed takes no step, stops again, and has the same weights", async () => {
    const scores = [5, 4, 3, 6, 6, 1];
    const first = await run(scores, {}, inFolder(at("stopped")), 0.9);
    const again = await run(scores, {}, inFolder(at("stopped")), 0.9);
    expect(again.events).toBe("resumed 4, stopped 4");
    expect([again.w, again.average, again.summary.best]).toEqual([first.w, first.average, first.summary.best]);
  });

  it("finds a checkpoint of the best weights that has changed", async () => {
    await run([5, 4, 3, 6, 6, 1], {}, inFolder(at("changed")));
    const path = at("changed", "checkpoint.json");
    writeFileSync(path, readFileSync(path, "utf8").replace('"waited": 2', '"waited": 1'));
    await expect(run([5, 4, 3, 6, 6, 1], {}, inFolder(at("changed")))).rejects.toMatchObject({ code: "nn/bad-checkpoint" });
  });

  it("refuses a metric that evaluations do not give, an impatience, and a run without evaluations", async () => {
    await expect(run([1, 2], { metric: "accuracy" })).rejects.toMatchObject({ code: "nn/bad-option", message: expect.stringContaining("give other, score") });
    for (const stopping of [{ patience: 0 }, { patience: 1.5 }, { minDelta: -1 }, { minDelta: Number.NaN }]) await expect(run([1, 2], stopping)).rejects.toMatchObject({ code: "nn/bad-option" });
    await expect(run([1, 2], {}, { evaluate: undefined } as unknown as Partial<TrainingRunOptions>)).rejects.toMatchObject({ code: "nn/bad-option" });
  });
});

describe("pretrain with early stopping", () => {
  const shape = { batchSize: 8, sequenceLength: 12, maskedPerSequence: 2 };
  const options: PretrainOptions = {
    backend, shape, steps: 40, learningRate: 0.2, evaluateEvery: 2, train: chainBatches(17, shape, 1), validation: [chainBatches(17, shape, 7).at(0)],
    arch: uniformArch({ depth: 1, heads: 2, hidden: 16, intermediate: 32, vocabSize: 17, positions: 12, layerNormEps: 1e-5 }), earlyStopping: { patience: 3 }, average: { decay: 0.5 },
  };

  it("watches the validation loss, and returns the model that it measured", async () => {
    const { events, result } = await collect(pretrain(options));
    const losses = events.flatMap((event) => (event.type === "evaluation" ? [[event.metrics["validationLoss"]!, event.step] as const] : []));
    const [least, step] = losses.reduce((best, next) => (next[0] < best[0] ? next : best));
    expect(events.at(-1)).toMatchObject({ type: "stopped", reason: `validationLoss did not fall below ${least} (step ${step}) in 3 evaluations` });
    const { loss, accuracy } = await evaluateMlm(backend, result.averaged!, shape, options.validation);
    expect(loss).toBe(least);
    expect(result.summary.best).toEqual({ step, metrics: { validationLoss: loss, validationAccuracy: accuracy } });
    const exact = await collect(pretrain({ ...options, earlyStopping: { patience: 3, restoreBest: false } }));
    expect(fingerprint(exact.result.model.parameters.flat)).not.toBe(fingerprint(result.model.parameters.flat));
  });

  it("does not resume a run that would stop by something else", async () => {
    const checkpoint = { folder: at("patience"), every: 100, resume: true };
    await collect(pretrain({ ...options, steps: 2, checkpoint }));
    for (const [changes, name] of [
      [{ earlyStopping: { patience: 4 } }, "earlyStopping.patience"], [{ evaluateEvery: 1 }, "evaluateEvery"], [{ average: { decay: 0.5, evaluate: false } }, "evaluatesAverage"],
      [{ validation: [chainBatches(17, shape, 7).at(1)] }, "validation"],
    ] satisfies [Partial<PretrainOptions>, string][]) {
      await expect(collect(pretrain({ ...options, steps: 2, checkpoint, ...changes }))).rejects.toMatchObject({ code: "nn/other-run", message: expect.stringContaining(name) });
    }
  });

  it("asks for the direction of a metric that is not its own", async () => {
    const watching = (earlyStopping: PretrainOptions["earlyStopping"]): ReturnType<typeof collect> => collect(pretrain({ ...options, steps: 2, earlyStopping: earlyStopping! }));
    await expect(watching({ metric: "validationAccuracy", patience: 3 })).rejects.toMatchObject({ code: "nn/bad-option", message: expect.stringContaining("fall (\"min\") or rise (\"max\")") });
    for (const fine of [{ metric: "validationAccuracy", mode: "max" as const, patience: 3 }, { metric: "validationLoss", patience: 3 }]) await watching(fine);
  });
});
