import { uniformArch } from "@bort/arch";
import { onnxBackend } from "@bort/backend-onnx";
import { type MlmBatches } from "@bort/data";
import { type Backend } from "@bort/graph";
import { type MlmModel, type PretrainResult, type TrainingEvent, createModel, evaluateMlm, fingerprint, pretrain } from "@bort/nn";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chainBatches } from "../../nn/src/chain-batches.js";
import { collect } from "../../nn/src/test-models.js";
import { type DistillOptions, distill } from "./distill.js";
import { hiddenStates } from "./hidden-states.js";
import { cacheTeacherLogits } from "./logits-cache/cache-teacher-logits.js";
import { openLogitsCache } from "./logits-cache/logits-cache.js";
import { repeated } from "./repeated.js";

const shape = { batchSize: 16, sequenceLength: 12, maskedPerSequence: 2 };
const archOf = (hidden: number) => uniformArch({ depth: 1, heads: 2, hidden, intermediate: 2 * hidden, vocabSize: 17, positions: 12, layerNormEps: 1e-5 });
const train = chainBatches(17, shape, 1);
const validation = [0, 1, 2].map((step) => chainBatches(17, shape, 7).at(step));
const folder = mkdtempSync(join(tmpdir(), "bort-distill-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let backend: Backend;
let teacher: MlmModel;
let options: DistillOptions;
beforeAll(async () => {
  backend = await onnxBackend({ threads: 1 });
  teacher = (await collect(pretrain({ backend, shape, arch: archOf(24), train, validation, steps: 400, learningRate: 1e-2 }))).result.model;
  options = { backend, shape, arch: archOf(16), train, validation, steps: 300, learningRate: 1e-2, teacher };
}, 60_000);

describe("distill", () => {
  it("teaches a student whose labels say nothing, by the teacher alone", async () => {
    const silent: MlmBatches = { ...train, at: (step) => ({ ...train.at(step), labels: new Int32Array(32).fill(5) }) };
    const before = fingerprint(teacher.parameters.flat);
    const { events, result } = await collect(distill({ ...options, train: silent, mlmWeight: 0, distillationWeight: 1 }));
    const losses = events.flatMap((event) => (event.type === "evaluation" ? [event.metrics["validationLoss"]!] : []));
    const distillation = events.flatMap((event) => (event.type === "step" ? [event.metrics["distillation"]!] : []));
    expect(losses[0]).toBeGreaterThan(2.5);
    expect(losses.at(-1)).toBeLessThan(1.6); // The best guess without its neighbours gives more than 2.
    expect(losses.at(-1)).toBe((await evaluateMlm(backend, result.model, shape, validation)).loss);
    expect(distillation.at(-1)).toBeLessThan(0.5 * distillation[0]!);
    expect(fingerprint(teacher.parameters.flat)).toBe(before);
  });

  it("is resumed bit for bit, with the same teacher alone", async () => {
    const run = (changed: Partial<DistillOptions>, name: string, resume: boolean) =>
      collect(distill({ ...options, steps: 6, ...changed, checkpoint: { folder: join(folder, name), every: 2, resume } }));
    const whole = await run({}, "whole", false);
    const controller = new AbortController();
    const generator = distill({ ...options, steps: 6, signal: controller.signal, checkpoint: { folder: join(folder, "parts"), every: 2, resume: false } });
    for await (const event of generator) if (event.type === "step" && event.step === 3) controller.abort();
    const resumed = await run({}, "parts", true);
    expect(resumed.events[0]).toEqual({ type: "resumed", step: 3 });
    expect(fingerprint(resumed.result.model.parameters.flat)).toBe(fingerprint(whole.result.model.parameters.flat));
    await expect(run({ teacher: createModel(teacher.arch, teacher.head, 9) }, "parts", true)).rejects.toMatchObject({ code: "nn/other-run", message: expect.stringContaining("another teachers.0.weights (") });
  });

  it("trains projections beside the student: they are resumed with it, bit for bit, and are not in its model", async () => {
    const run = (name: string, more: Partial<DistillOptions> = {}): Promise<{ events: TrainingEvent[]; result: PretrainResult }> =>
      collect(distill({ ...options, steps: 6, average: { decay: 0.5 }, terms: [hiddenStates()], ...more, checkpoint: { folder: join(folder, name), every: 2, resume: true } }));
    const whole = await run("projected");
    const controller = new AbortController();
    const generator = distill({ ...options, steps: 6, average: { decay: 0.5 }, terms: [hiddenStates()], signal: controller.signal, checkpoint: { folder: join(folder, "halves"), every: 2, resume: false } });
    for await (const event of generator) if (event.type === "step" && event.step === 3) controller.abort();
    const resumed = await run("halves");
    const names = (model: MlmModel): string[] => model.parameters.specs.map(({ name }) => name);
    const fresh = createModel(options.arch, { kind: "mlm" }, 0);
    for (const kind of ["model", "averaged"] as const) {
      expect(names(resumed.result[kind]!)).toEqual(names(fresh));
      expect(fingerprint(resumed.result[kind]!.parameters.flat)).toBe(fingerprint(whole.result[kind]!.parameters.flat));
    }
    const losses = whole.events.flatMap((event) => (event.type === "evaluation" ? [event.metrics["validationLoss"]!] : []));
    expect(losses.at(-1)).toBe((await evaluateMlm(backend, whole.result.averaged!, shape, validation)).loss);
    await expect(run("halves", { terms: [hiddenStates({ weight: 2 })] })).rejects.toMatchObject({ code: "nn/other-run" });
  });

  it("learns from a cache what it learns from the teacher, bit for bit", async () => {
    const kept = join(folder, "cache");
    await collect(cacheTeacherLogits({ backend, teacher, train, shape, folder: kept, batches: 4, topK: 17, precision: "float32" }));
    const cache = openLogitsCache(kept);
    const few = { ...options, train: repeated(train, 4), steps: 10 };
    const [live, cached] = [await collect(distill(few)), await collect(distill({ ...few, teacher: cache }))];
    expect(fingerprint(cached.result.model.parameters.flat)).toBe(fingerprint(live.result.model.parameters.flat));
    cache.close();
    await expect(collect(distill({ ...few, train, teacher: openLogitsCache(kept) }))).rejects.toMatchObject({ code: "distill/other-cache" });
  });

  it("takes dropout and micro-batches with it", async () => {
    const run = (): Promise<{ result: PretrainResult }> => collect(distill({ ...options, steps: 4, accumulate: 2, dropout: { hidden: 0.1, attention: 0.1 }, terms: [hiddenStates()] }));
    const [first, again] = [await run(), await run()];
    expect(fingerprint(first.result.model.parameters.flat)).toBe(fingerprint(again.result.model.parameters.flat));
    const without = await collect(distill({ ...options, steps: 4, accumulate: 2, terms: [hiddenStates()] }));
    expect(fingerprint(first.result.model.parameters.flat)).not.toBe(fingerprint(without.result.model.parameters.flat));
  });

  it("gives back the teacher's program where the run fails or is left", async () => {
    const open = new Set<object>();
    const counting: Backend = {
      ...backend,
      compile: async (graph) => {
        const program = await backend.compile(graph);
        open.add(program);
        return { run: (feeds, into) => program.run(feeds, into), dispose: async () => { open.delete(program); await program.dispose(); } };
      },
    };
    await expect(collect(distill({ ...options, backend: counting, arch: { ...archOf(16), vocabSize: 20 } }))).rejects.toMatchObject({ code: "distill/other-vocabulary" });
    expect(open.size).toBe(0);
    for await (const event of distill({ ...options, backend: counting })) if (event.type === "step") break;
    expect(open.size).toBe(0);
  });
});
