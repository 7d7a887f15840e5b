import { evaluate, parameter } from "@bort/graph";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { encoder } from "./encoder.js";
import { type EncoderModel } from "./model.js";
import { encoderParameters } from "./parameter-spec.js";
import { parameterNodes } from "./parameter-store.js";
import { readEncoder, readModel } from "./read-model.js";
import { temporaryFolder } from "./temporary-folder.js";
import { logitsOf } from "./test-models.js";

/** Folders as published models have them, and what transformers computes; `test-fixtures/make-teachers.py` tells how. */
const root = fileURLToPath(new URL("../test-fixtures/teachers/", import.meta.url));
const golden = JSON.parse(readFileSync(`${root}teachers.json`, "utf8")) as {
  readonly ids: readonly (readonly number[])[];
  readonly mask: readonly (readonly number[])[];
  readonly cases: Readonly<Record<string, { readonly states: readonly number[]; readonly logits?: readonly number[] }>>;
};
const at = temporaryFolder();

/** The last layer's states, in float64. */
function statesOf({ arch, parameters }: EncoderModel): number[] {
  const shape = [golden.ids.length, golden.ids[0]!.length];
  const states = encoder(arch, parameterNodes(encoderParameters(arch)), { ids: parameter("ids", shape, "i32"), mask: parameter("mask", shape) });
  return [...evaluate([states], { ...parameters.views, ids: golden.ids.flat(), mask: golden.mask.flat() })[0]!];
}

/** The largest difference at places that hold a token; those of padding depend on how its positions are numbered. */
function largestDifference(ours: readonly number[], theirs: readonly number[]): number {
  expect(ours).toHaveLength(theirs.length);
  const mask = golden.mask.flat();
  const width = ours.length / mask.length;
  return Math.max(...ours.map((value, i) => (mask[Math.floor(i / width)] === 1 ? Math.abs(value - theirs[i]!) : 0)));
}

/** A copy of a folder with a field of its config changed, or taken out. */
function withConfig(name: string, change: Readonly<Record<string, unknown>>): string {
  rmSync(at("copy"), { recursive: true, force: true });
  cpSync(`${root}${name}`, at("copy"), { recursive: true });
  const config = JSON.parse(readFileSync(at("copy", "config.json"), "utf8")) as object;
  writeFileSync(at("copy", "config.json"), JSON.stringify({ ...config, ...change }));
  return at("copy");
}

describe("what transformers computes", () => {
  it.each(Object.entries(golden.cases))("are our hidden states: %s", (name, { states }) => {
    expect(largestDifference(statesOf(readEncoder(`${root}${name}`).model), states)).toBeLessThan(1e-7);
  });

  it.each(["bert", "roberta", "distilbert", "electra"])("are our logits: %s", (name) => {
    const { model, modelType } = readModel(`${root}${name}`);
    expect([model.head.kind, modelType]).toEqual(["mlm", name]);
    expect(largestDifference(logitsOf(model, golden), golden.cases[name]!.logits!)).toBeLessThan(1e-7);
  });
});

describe("readModel", () => {
  const refused = (text: string): unknown => expect.objectContaining({ code: "nn/bad-model-folder", message: expect.stringContaining(text) as string });

  it("takes the head that is asked for where no class is named, and no other", () => {
    for (const architectures of [undefined, null, []]) {
      const folder = withConfig("bert", { architectures });
      expect(readModel(folder, "mlm").model.head.kind).toBe("mlm");
      expect(() => readModel(folder)).toThrow(refused("got nothing"));
    }
  });

  it("refuses classes without a head for masked words", () => {
    expect(() => readModel(`${root}bert-bare`, "mlm")).toThrow(refused("got BertModel"));
    expect(() => readModel(`${root}electra-discriminator`, "mlm")).toThrow(refused("got ElectraForPreTraining"));
  });

  it("lists what is missing where a bare encoder is said to have a head", () => {
    expect(() => readModel(withConfig("bert-bare", { architectures: ["BertForMaskedLM"] }))).toThrow(expect.objectContaining({
      code: "nn/missing-tensor", message: expect.stringMatching(/needed cls\.predictions\.transform\.dense\.weight \[8,8\]; .*cls\.predictions\.bias \[17\]; restore/),
    }));
  });

  it("lists ten tensors where a folder is of another type, and how many there are besides", () => {
    expect(() => readModel(withConfig("roberta", { model_type: "bert", architectures: ["BertForMaskedLM"] }))).toThrow(
      expect.objectContaining({ code: "nn/missing-tensor", message: expect.stringMatching(/^[^;]*(;[^;]*){9} and \d+ more; /) }));
  });
});
