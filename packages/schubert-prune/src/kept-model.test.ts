import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { uniformArch } from "@bort/arch";
import { type MlmModel, fingerprint, readSafetensors, writeSafetensors } from "@bort/nn";
import { afterAll, beforeEach, expect, it } from "vitest";
import { isModelKept, keepModel, readKeptModel } from "./kept-model.js";
import { testModel } from "./test-pruning.js";

const folder = mkdtempSync(join(tmpdir(), "schubert-kept-"));
afterAll(() => rmSync(folder, { recursive: true }));
const head: MlmModel["head"] = { kind: "mlm" };
const model = testModel(uniformArch({ depth: 1, heads: 2, hidden: 8, intermediate: 12, vocabSize: 20, positions: 8, layerNormEps: 1e-5 }), head, 1);
const [at, parameters] = [join(folder, "pruned"), join(folder, "pruned", "parameters.safetensors")];
beforeEach(() => keepModel(at, model));

it("keeps a model to the bit", () => {
  expect([isModelKept(at), isModelKept(folder)]).toEqual([true, false]);
  const kept = readKeptModel(at, head);
  expect(kept.arch).toEqual(model.arch);
  expect(fingerprint(kept.parameters.flat)).toBe(fingerprint(model.parameters.flat));
});

const refusal = (told: string): unknown => expect.objectContaining({ code: "schubert-prune/bad-round", message: expect.stringContaining(told) });

it("refuses parameters that are not those of the architecture beside them, naming the first", () => {
  const { tensors } = readSafetensors(parameters);
  const { "layers.0.feedForward.up.bias": bias, ...others } = tensors;
  writeSafetensors(parameters, others);
  expect(() => readKeptModel(at, head)).toThrow(refusal("layers.0.feedForward.up.bias [12], as the architecture beside it says, got none"));
  writeSafetensors(parameters, { ...tensors, "layers.0.feedForward.up.bias": { shape: [11], data: bias!.data.slice(1) } });
  expect(() => readKeptModel(at, head)).toThrow(refusal("got [11]"));
});

it("refuses an architecture that is none, and a folder without parameters", () => {
  writeFileSync(join(at, "arch.json"), "{");
  expect(() => readKeptModel(at, head)).toThrow(refusal("arch.json must hold an architecture as JSON"));
  keepModel(at, model);
  rmSync(parameters);
  expect(() => readKeptModel(at, head)).toThrow(expect.objectContaining({ code: "nn/missing-path" }));
});
