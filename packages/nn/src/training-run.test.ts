import { onnxBackend } from "@bort/backend-onnx";
import * as op from "@bort/graph";
import { parameter } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { readdirSync } from "node:fs";
import { fingerprint } from "./fingerprint.js";
import { adamW } from "./optimizer/adamw.js";
import { type ParameterSpec } from "./parameter-spec.js";
import { ParameterStore } from "./parameter-store.js";
import { temporaryFolder } from "./temporary-folder.js";
import { collect } from "./test-models.js";
import { type LossGraph } from "./gradient-graph.js";
import { Trainer } from "./trainer.js";
import { type TrainingEvent, type TrainingRunOptions, type TrainingSummary, runTraining } from "./training-run.js";

const at = temporaryFolder();
const backend = await onnxBackend({ threads: 1 });
const specs: ParameterSpec[] = [{ name: "w", shape: [2, 3], init: "normal", decay: true }, { name: "b", shape: [2], init: "zeros", decay: false }];

/** Least squares. */
const graph = ((): LossGraph => {
  const residual = op.sub(op.linear(parameter("x", [4, 3]), parameter("w", [2, 3]), parameter("b", [2])), parameter("y", [4, 2]));
  return { loss: op.sumAll(op.mul(residual, residual)) };
})();
const numbers = (step: number, size: number): Float32Array => Float32Array.from({ length: size }, (_, i) => Math.sin(3 * step + i));
const feeds: TrainingRunOptions["feeds"] = (step) => ({ batch: { x: numbers(step, 12), y: numbers(step + 0.5, 8) }, tokens: 12 });

interface Run {
  readonly events: TrainingEvent[];
  readonly summary: TrainingSummary;
  readonly trainer: Trainer;
}

async function run(options: Partial<TrainingRunOptions> = {}, onEvent: (event: TrainingEvent) => void = () => {}): Promise<Run> {
  const trainer = await Trainer.create({ backend, parameters: ParameterStore.initialized(specs, 1, 0.5), graph, optimizer: adamW() });
  const generator = runTraining({ trainer, feeds, steps: 7, schedule: (step) => 0.01 / (step + 1), ...options });
  const { events, result: summary } = await collect((async function* () {
    for (;;) {
      const next = await generator.next();
      if (next.done === true) return next.value;
      onEvent(next.value);
      yield next.value;
    }
  })());
  await trainer.dispose();
  return { events, summary, trainer };
}

const brief = (events: readonly TrainingEvent[]): string => events.map(({ type, step }) => `${type} ${step}`).join(", ");
const evaluateEvery = (every: number): Required<Pick<TrainingRunOptions, "evaluate">> => ({ evaluate: { every, run: async () => ({ score: 1 }) } });
const checkpointIn = (folder: string, every: number, settings: unknown = { lr: 1 }): Required<Pick<TrainingRunOptions, "checkpoint">> =>
  ({ checkpoint: { folder, every, settings, resume: true } });
/** What a run gives, but for the time it took. */
const timeless = (events: readonly TrainingEvent[]): unknown[] => events.map((event) => ({ ...event, seconds: 0, folder: "" }));
const stateOf = ({ state: { parameters, slots, step, loss, tokens } }: Trainer): unknown => ({ bytes: fingerprint(parameters.flat, ...Object.values(slots)), step, loss, tokens });

describe("runTraining", () => {
  it("measures before the first step, every so many and after the last, once at each", async () => {
    const { events, summary } = await run(evaluateEvery(3));
    expect(brief(events)).toBe("evaluation 0, step 1, step 2, step 3, evaluation 3, step 4, step 5, step 6, evaluation 6, step 7, evaluation 7");
    expect(events[1]).toMatchObject({ steps: 7, learningRate: 0.01, metrics: { loss: expect.any(Number) as number } });
    expect(summary).toMatchObject({ steps: 7, interrupted: false, loss: (events.at(-2) as { loss: number }).loss });
    expect(summary.seconds).toBeGreaterThan(0);
    expect(summary.tokensPerSecond).toBeCloseTo((7 * 12) / summary.seconds, 6);
    expect(brief((await run({ ...evaluateEvery(7), steps: 7 })).events)).toMatch(/step 7, evaluation 7$/);
  });

  it("saves every so many steps and at the end, once at each, after the measurement", async () => {
    const { events } = await run({ ...evaluateEvery(3), ...checkpointIn(at("every"), 3) });
    expect(brief(events)).toBe("evaluation 0, step 1, step 2, step 3, evaluation 3, checkpoint 3, step 4, step 5, step 6, evaluation 6, checkpoint 6, step 7, checkpoint 7, evaluation 7");
    expect(brief((await run(checkpointIn(at("at-end"), 7))).events)).toMatch(/step 7, checkpoint 7$/);
  });

  it("ends after the step in progress at the signal, saves, and says so", async () => {
    const controller = new AbortController();
    const { events, summary } = await run({ ...checkpointIn(at("abort"), 100), signal: controller.signal }, ({ type, step }) => { if (type === "step" && step === 2) controller.abort(); });
    expect(brief(events)).toBe("step 1, step 2, checkpoint 2, interrupted 2");
    expect(summary).toMatchObject({ steps: 2, interrupted: true });
  });

  it("takes no step where the signal came first", async () => {
    const { events, summary } = await run({ ...checkpointIn(at("abort-first"), 100), signal: AbortSignal.abort() });
    expect(brief(events)).toBe("interrupted 0");
    expect(summary).toEqual({ steps: 0, loss: Number.NaN, seconds: 0, tokensPerSecond: 0, interrupted: true });
  });

  it("notices a signal from a timer while steps hold the thread", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    const { summary } = await run({ steps: 1_000_000, signal: controller.signal });
    expect(summary.interrupted).toBe(true);
  });

  it.each([1, 2, 3, 4, 5, 6])("interrupted after step %i and resumed equals an uninterrupted run, bit for bit", async (last) => {
    const whole = await run({ ...evaluateEvery(2), ...checkpointIn(at(`whole-${last}`), 3) });
    const folder = at(`parts-${last}`);
    const controller = new AbortController();
    const first = await run({ ...evaluateEvery(2), ...checkpointIn(folder, 3), signal: controller.signal }, ({ type, step }) => { if (type === "step" && step === last) controller.abort(); });
    const second = await run({ ...evaluateEvery(2), ...checkpointIn(folder, 3) });
    expect(first.summary.steps).toBe(last);
    expect(second.events[0]).toEqual({ type: "resumed", step: last });
    expect(stateOf(second.trainer)).toEqual(stateOf(whole.trainer));
    const trained = (events: readonly TrainingEvent[]): unknown[] => timeless(events.filter(({ type }) => type === "step" || type === "evaluation"));
    expect([...trained(first.events), ...trained(second.events)]).toEqual(trained(whole.events));
    expect(second.trainer.state.seconds).toBeGreaterThan(first.trainer.state.seconds);
  });

  it("goes on from the last checkpoint where the loop was left or the process killed", async () => {
    const folder = at("killed");
    await expect(run(checkpointIn(folder, 2), ({ type, step }) => { if (type === "step" && step === 5) throw new Error("killed"); })).rejects.toThrow("killed");
    const { events, trainer } = await run(checkpointIn(folder, 2));
    expect(brief(events)).toBe("resumed 4, step 5, step 6, checkpoint 6, step 7, checkpoint 7");
    expect(stateOf(trainer)).toEqual(stateOf((await run()).trainer));
  });

  it("resumes a finished run without a step, and measures it", async () => {
    const first = await run({ ...evaluateEvery(3), ...checkpointIn(at("finished"), 3) });
    const { events, summary, trainer } = await run({ ...evaluateEvery(3), ...checkpointIn(at("finished"), 3) });
    expect(brief(events)).toBe("resumed 7, evaluation 7");
    expect(summary).toEqual(first.summary);
    expect(stateOf(trainer)).toEqual(stateOf(first.trainer));
  });

  it("starts afresh unless asked to resume", async () => {
    const folder = at("afresh");
    await run(checkpointIn(folder, 3));
    const { events } = await run({ checkpoint: { folder, every: 3, settings: {}, resume: false } });
    expect(brief(events)).toMatch(/^step 1, /);
  });

  it("keeps the last checkpoint where a step's loss is not finite", async () => {
    const folder = at("poison");
    const poisoned: TrainingRunOptions["feeds"] = (step) => (step === 4 ? { batch: { x: numbers(0, 12).fill(Infinity), y: numbers(0, 8) }, tokens: 12 } : feeds(step));
    await expect(run({ ...checkpointIn(folder, 2), feeds: poisoned })).rejects.toMatchObject({ code: "nn/not-finite", message: expect.stringContaining(`step 5 gave`), details: { first: { input: "x", value: Infinity }, checkpoint: { folder, step: 4 } } });
    expect(brief((await run(checkpointIn(folder, 2))).events)).toMatch(/^resumed 4, /);
  });

  it("names no checkpoint where this run has kept none", async () => {
    const folder = at("poison-others");
    await run(checkpointIn(folder, 3));
    const poisoned: TrainingRunOptions["feeds"] = () => ({ batch: { x: numbers(0, 12).fill(Infinity), y: numbers(0, 8) }, tokens: 12 });
    await expect(run({ checkpoint: { folder, every: 3, settings: {}, resume: false }, feeds: poisoned })).rejects.toMatchObject({ details: expect.not.objectContaining({ checkpoint: expect.anything() as unknown }) as unknown });
  });

  it("refuses the checkpoint of another run and leaves it", async () => {
    const folder = at("other");
    await run(checkpointIn(folder, 3, { lr: 1, seed: 0 }));
    const before = readdirSync(folder);
    await expect(run(checkpointIn(folder, 3, { lr: 1, seed: 1 }))).rejects.toMatchObject({ code: "nn/other-run", message: expect.stringContaining("seed (0, now 1)") });
    expect(readdirSync(folder)).toEqual(before);
  });

  it.each([{ steps: 0 }, { steps: 1.5 }, { steps: Number.NaN }, evaluateEvery(0), evaluateEvery(2.5), checkpointIn("unused", 0), checkpointIn("unused", Number.NaN)])("refuses %j", async (options) => {
    await expect(run(options)).rejects.toMatchObject({ code: "nn/bad-option" });
  });
});
