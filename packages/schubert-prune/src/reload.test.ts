import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { uniformArch } from "@bort/arch";
import { loadOnnxModel } from "@bort/backend-onnx";
import { trainByteLevelBpe } from "@bort/data";
import { evaluate } from "@bort/graph";
import { type Model, exportOnnx, inferenceGraph, loadModel, saveModel } from "@bort/nn";
import { afterAll, describe, expect, it } from "vitest";
import { cutModel } from "./cut-model.js";
import { drawKept, testModel } from "./test-pruning.js";
import { unitVectors } from "./unit-vectors.js";

const folder = mkdtempSync(join(tmpdir(), "schubert-reload-"));
afterAll(() => rmSync(folder, { recursive: true }));
const tokenizer = await trainByteLevelBpe(["ab"], { vocabSize: 261 });
const arch = uniformArch({ depth: 3, heads: 4, hidden: 16, intermediate: 24, vocabSize: tokenizer.vocabSize, positions: 23, padTokenId: tokenizer.special.pad, layerNormEps: 1e-5 });
const ids = BigInt64Array.from({ length: 10 }, (_, i) => BigInt(5 + 3 * i));
const mask = BigInt64Array.from(ids, (_, i) => (i === 9 ? 0n : 1n));
const logitsOf = ({ arch: sizes, head, parameters }: Model): Float64Array =>
  evaluate([inferenceGraph({ arch: sizes, head }, 2, 5)["logits"]!], { ...parameters.views, input_ids: Array.from(ids, Number), attention_mask: Array.from(mask, Number) })[0]!;

describe.each(["mlm", "classifier"] as const)("a pruned network whose layers all differ, with the head %s", (kind) => {
  const head = kind === "mlm" ? { kind } : { kind, labels: ["no", "yes"] };
  const whole = testModel(arch, head, 1);
  const pruned = cutModel(whole, drawKept(arch, unitVectors(arch), 3));

  it("is in a folder of tensors that are smaller, and is read from it as it was", () => {
    expect(new Set(pruned.arch.layers.map((layer) => JSON.stringify(layer))).size).toBe(3);
    saveModel(join(folder, kind), { model: pruned, tokenizer });
    const { model } = loadModel(join(folder, kind));
    expect(model.arch).toEqual(pruned.arch);
    expect(logitsOf(model)).toEqual(logitsOf(pruned));
  });

  it("computes the same in ONNX Runtime", async () => {
    const loaded = await loadOnnxModel(exportOnnx(pruned), { threads: 1 });
    const { logits } = await loaded.run({ input_ids: { data: ids, shape: [2, 5] }, attention_mask: { data: mask, shape: [2, 5] } });
    for (const [i, value] of logitsOf(pruned).entries()) expect(Math.abs(logits!.data[i] as number - value)).toBeLessThan(1e-5 * (1 + Math.abs(value)));
  });

  it("takes as much less space in ONNX as it has fewer parameters", () => {
    const [before, after] = [whole, pruned].map((model) => exportOnnx(model).length);
    const elements = ({ parameters }: Model): number => parameters.specs.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    expect(before! - after!).toBeGreaterThan(4 * (elements(whole) - elements(pruned)) * 0.95);
  });
});
