import { uniformArch } from "@bort/arch";
import { onnxBackend } from "@bort/backend-onnx";
import { type MlmBatches } from "@bort/data";
import { type Backend } from "@bort/graph";
import { type MlmModel, createModel, evaluateMlm, fingerprint, pretrain } from "@bort/nn";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chainBatches } from "../../nn/src/chain-batches.js";
import { collect } from "../../nn/src/test-models.js";
import { type DistillOptions, distill } from "./distill.js";

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
});

describe("distill", () => {
  it("teaches a student whose labels say nothing, by the teacher alone", async () => {
    const silent: MlmBatches = { ...train, at: (step) => ({ ...train.at(step), labels: new Int32Array(32).fill(5) }) };
    const before = fingerprint(teacher.parameters.flat);
    const { events, result } = await collect(distill({ ...options, train: silent, mlmWeight: 0, distillationWeight: 1 }));
    const losses = events.flatMap((event) => (event.type === "evaluation" ? [event.metrics["validationLoss"]!] : []));
    const distillation = events.flatMap((event) => (event.type === "step" ? [event.metrics["distillation"]!] : []));
    expect(losses[0]).toBeGreaterThan(2.5);
    expect(losses.at(-1)).toBeLessThan(1.6); // The best guess without its neighbours gives more than 2.
    expect(losses.at(-1)).toBe(await evaluateMlm(backend, result.model, shape, validation));
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
    await expect(run({ teacher: createModel(teacher.arch, teacher.head, 9) }, "parts", true)).rejects.toMatchObject({ code: "nn/other-run", message: expect.stringContaining("another teacher (") });
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
