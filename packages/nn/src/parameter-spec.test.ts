import { type EncoderArch, type PresetName, parameterCount, presetNamed, presets } from "@bort/arch";
import { sizeOf } from "@bort/graph";
import { describe, expect, it } from "vitest";
import { randomArch } from "../../arch/src/random-arch.js";
import { type ModelHead, encoderParameters, modelParameters } from "./parameter-spec.js";
import { archKinds, unevenArch } from "./test-models.js";

const count = (arch: EncoderArch, head: ModelHead): number => modelParameters(arch, head).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
const three: ModelHead = { kind: "classifier", labels: ["a", "b", "c"] };

describe("modelParameters", () => {
  const archs: [string, EncoderArch][] = [...(Object.keys(presets) as PresetName[]).map((name): [string, EncoderArch] => [name, presetNamed(name)]), ["uneven", unevenArch], ...Object.entries(archKinds),
    ...Array.from({ length: 60 }, (_, seed): [string, EncoderArch] => [`random ${seed}`, randomArch(seed)])];

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

  it("of a layer without its own are its owner's, and projections that read the same are one matrix", () => {
    const names = (kind: string): string[] => encoderParameters(archKinds[kind]!).map(({ name }) => name);
    expect(names("with shared layers").filter((name) => name.endsWith("attention.qkv.weight"))).toEqual([0, 1, 4].map((i) => `layers.${i}.attention.qkv.weight`));
    expect(names("of MobileBERT").filter((name) => /attention\.(qkv|queryKey|value)\.weight$/.test(name))).toEqual(
      [0, 1].flatMap((i) => [`layers.${i}.attention.queryKey.weight`, `layers.${i}.attention.value.weight`]));
  });

  it("of linear bottlenecks begin as the identity, merged ones between two layers too, and of MobileBERT's at random", () => {
    const shapes = (kind: string): unknown[] => encoderParameters(archKinds[kind]!)
      .filter(({ name }) => /bottleneck\.\w+\.weight$/.test(name)).map(({ shape, init, decay }) => [...shape, init, decay]);
    expect(shapes("with linear bottlenecks")).toEqual([[8, 8], [8, 8], [5, 8], [8, 5], [11, 8], [8, 11]].map((shape) => [...shape, "identity", true]));
    expect(shapes("with merged bottlenecks")).toEqual([[8, 8], [5, 8], [11, 5], [8, 11]].map((shape) => [...shape, "identity", true]));
    expect(shapes("of MobileBERT, its layers shared")).toEqual([[4, 8], [4, 8], [8, 4]].map((shape) => [...shape, "normal", true]));
  });

  it("of the encoder come first", () => {
    const own = encoderParameters(unevenArch);
    expect(modelParameters(unevenArch, three).slice(0, own.length)).toEqual(own);
    expect(modelParameters(unevenArch, three).slice(own.length).map(({ name }) => name)).toEqual(
      ["classifier.dense.weight", "classifier.dense.bias", "classifier.output.weight", "classifier.output.bias"]);
  });
});
