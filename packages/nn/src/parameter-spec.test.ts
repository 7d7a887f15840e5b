import { type EncoderArch, type PresetName, parameterCount, presetNamed, presets } from "@bort/arch";
import { sizeOf } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { type ModelHead, encoderParameters, modelParameters } from "./parameter-spec.js";
import { unevenArch } from "./test-models.js";

const count = (arch: EncoderArch, head: ModelHead): number => modelParameters(arch, head).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
const three: ModelHead = { kind: "classifier", labels: ["a", "b", "c"] };

describe("modelParameters", () => {
  const archs: [string, EncoderArch][] = [...(Object.keys(presets) as PresetName[]).map((name): [string, EncoderArch] => [name, presetNamed(name)]), ["uneven", unevenArch]];

  it.each(archs)("are as many as the calculator says: %s", (_, arch) => {
    const plain = { ...arch, pooler: false };
    expect(count(arch, { kind: "mlm" })).toBe(parameterCount(plain, { heads: { mlm: {} } }).total);
    expect(count(arch, three)).toBe(parameterCount(plain, { heads: { classifier: { labels: 3 } } }).total);
  });

  it("of a classifier are as many as those of BERT's pooler and output layer", () => {
    expect(count(presetNamed("bert-tiny"), three)).toBe(parameterCount(presetNamed("bert-tiny"), { heads: { classifier: { labels: 3, pooled: true } } }).total);
  });

  it("decay where they are matrices, and begin as LayerNorms and biases do", () => {
    const specs = modelParameters({ ...unevenArch, tokenTypes: 2 }, { kind: "mlm" });
    expect(specs.filter(({ decay }) => decay).map(({ shape }) => shape.length)).toEqual(specs.filter(({ shape }) => shape.length === 2).map(() => 2));
    expect(specs.filter(({ init }) => init === "ones").map(({ name }) => name)).toEqual(specs.map(({ name }) => name).filter((name) => name.endsWith(".gain")));
    expect(specs.filter(({ init }) => init === "zeros").map(({ name }) => name)).toEqual(specs.map(({ name }) => name).filter((name) => name.endsWith("bias")));
    expect(new Set(specs.map(({ name }) => name)).size).toBe(specs.length);
  });

  it("of the encoder come first", () => {
    const own = encoderParameters(unevenArch);
    expect(modelParameters(unevenArch, three).slice(0, own.length)).toEqual(own);
    expect(modelParameters(unevenArch, three).slice(own.length).map(({ name }) => name)).toEqual(
      ["classifier.dense.weight", "classifier.dense.bias", "classifier.output.weight", "classifier.output.bias"]);
  });
});
