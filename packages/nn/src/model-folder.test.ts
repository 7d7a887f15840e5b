import { type EncoderArch, type HfModelType, uniformArch } from "@bort/arch";
import { type Tokenizer, trainByteLevelBpe } from "@bort/data";
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { randomArch } from "../../arch/src/random-arch.js";
import { type Model } from "./model.js";
import { classifierLabels, isClassifier, isMlmModel, loadClassifier, loadEncoder, loadMlmModel, loadModel, saveModel } from "./model-folder.js";
import { type ModelHead } from "./parameter-spec.js";
import { type NamedTensor, readSafetensors, writeSafetensors } from "./safetensors.js";
import { temporaryFolder } from "./temporary-folder.js";
import { archKinds, filled, filledModel, tinyTokenizer, unevenArch } from "./test-models.js";

const at = temporaryFolder();
const tokenizer: Tokenizer = await tinyTokenizer();
const mlm = { kind: "mlm" } as const;
const classifier = { kind: "classifier", labels: ["not_entailment", "entailment"] } as const;
const plain = uniformArch({ depth: 2, heads: 2, hidden: 8, intermediate: 12, vocabSize: 261, positions: 16, layerNormEps: 1e-5, padTokenId: 1 });
const offset: EncoderArch = { ...plain, positionOffset: 2, tokenTypes: 1 };

const archs: [string, EncoderArch][] = [
  ["even", plain], ["with an offset", offset], ["with token types", { ...plain, tokenTypes: 2, activation: "geluTanh" }], ["uneven", unevenArch],
  ...Object.entries(archKinds).map(([name, arch]): [string, EncoderArch] => [name, { ...arch, vocabSize: 261 }]),
  ...Array.from({ length: 12 }, (_, seed): [string, EncoderArch] => [`random ${seed}`, { ...randomArch(seed), vocabSize: 261 }]),
];
const config = (folder: string): Record<string, unknown> => JSON.parse(readFileSync(at(folder, "config.json"), "utf8")) as Record<string, unknown>;

/** A copy of a saved folder, changed. */
function changed(model: Model, change: (at: (name: string) => string) => void): string {
  const folder = at("changed");
  rmSync(folder, { recursive: true, force: true });
  saveModel(folder, { model, tokenizer });
  change((name) => at("changed", name));
  return folder;
}
const rewritten = (path: string, change: (tensors: Record<string, NamedTensor>) => void): void => {
  const tensors = { ...readSafetensors(path).tensors };
  change(tensors);
  writeSafetensors(path, tensors);
};

describe("saveModel", () => {
  it.each(archs)("keeps everything: %s", (name, arch) => {
    for (const head of [mlm, classifier] as ModelHead[]) {
      const model = filledModel(arch, head);
      saveModel(at(name, head.kind), { model, tokenizer });
      const loaded = loadModel(at(name, head.kind));
      expect({ arch: loaded.model.arch, head: loaded.model.head }).toEqual({ arch, head });
      for (const { name: parameter } of model.parameters.specs) expect(loaded.model.parameters.view(parameter), parameter).toEqual(model.parameters.view(parameter));
      expect(loaded.tokenizer.encode("abc, é")).toEqual(tokenizer.encode("abc, é"));
      const { parameters: encoder } = loadEncoder(at(name, head.kind)).model;
      for (const { name: parameter } of encoder.specs) expect(encoder.view(parameter), parameter).toEqual(model.parameters.view(parameter));
      expect([isMlmModel(loaded.model), isClassifier(loaded.model)]).toEqual([head.kind === "mlm", head.kind === "classifier"]);
    }
  });

  it("keeps a model of a value, with transformers' problem type, and reads one output without it as a value too", () => {
    const value = { kind: "classifier", labels: [] } as const;
    for (const arch of [offset, { ...archKinds["with merged bottlenecks"]!, vocabSize: 261 }]) {
      const model = filledModel(arch, value);
      saveModel(at("value"), { model, tokenizer });
      const json = config("value");
      expect(json).toMatchObject({ problem_type: "regression", id2label: { 0: "LABEL_0" }, label2id: { LABEL_0: 0 } });
      expect(loadClassifier(at("value")).model.head).toEqual(value);
      writeFileSync(at("value", "config.json"), JSON.stringify({ ...json, problem_type: null }));
      const loaded = loadClassifier(at("value")).model;
      expect(loaded.head).toEqual(value);
      expect(loaded.parameters.view("classifier.output.weight")).toEqual(model.parameters.view("classifier.output.weight"));
    }
  });

  it("keeps a classifier of one label, which is no value", () => {
    const model = filledModel(offset, { kind: "classifier", labels: ["spam"] });
    saveModel(at("one label"), { model, tokenizer });
    expect(config("one label")).toMatchObject({ problem_type: "single_label_classification" });
    expect(loadClassifier(at("one label")).model.head).toEqual(model.head);
  });

  it("refuses to read several values, and their encoder alone is read", () => {
    const folder = changed(filledModel(offset, classifier), (path) => writeFileSync(path("config.json"),
      JSON.stringify({ ...JSON.parse(readFileSync(path("config.json"), "utf8")) as object, problem_type: "regression" })));
    expect(() => loadModel(folder)).toThrow(expect.objectContaining({ code: "nn/bad-model-folder", message: expect.stringContaining("got 2") }));
    expect(loadEncoder(folder).model.arch).toEqual(offset);
  });

  it("names classes and tensors as transformers does, and adds the token types that it always has", () => {
    saveModel(at("names"), { model: filledModel(plain, mlm), tokenizer });
    expect(config("names")).toMatchObject({ architectures: ["BertForMaskedLM"], model_type: "bert", num_attention_heads: 2, bos_token_id: 0, eos_token_id: 2, type_vocab_size: 1 });
    const { tensors, metadata } = readSafetensors(at("names", "model.safetensors"));
    expect(metadata["format"]).toBe("pt");
    expect(tensors["bert.embeddings.token_type_embeddings.weight"]).toEqual({ shape: [1, 8], data: new Float32Array(8) });
    const key = "bert.encoder.layer.1.attention.self.key.weight";
    expect(tensors[key]).toEqual({ shape: [8, 8], data: filled(key, 64) });
    expect(Object.keys(tensors)).toHaveLength(42);
    saveModel(at("roberta"), { model: filledModel(offset, classifier), tokenizer });
    expect(config("roberta")).toMatchObject({ architectures: ["RobertaForSequenceClassification"], model_type: "roberta", id2label: { 0: "not_entailment", 1: "entailment" } });
    expect(Object.keys(readSafetensors(at("roberta", "model.safetensors")).tensors)).toContain("classifier.out_proj.weight");
  });

  it("does not let transformers mistake layers of other heads for a plain BERT, whose matrices have the same shapes", () => {
    saveModel(at("uneven"), { model: filledModel(unevenArch, mlm), tokenizer });
    expect(config("uneven")["num_attention_heads"]).toEqual([4, 1]);
  });

  it("writes the type that is asked for, and a folder that was read with a type as that type again", () => {
    const electra: EncoderArch = { ...plain, embedding: { kind: "projected", size: 5 } };
    const mlmModel = filledModel(electra, mlm);
    saveModel(at("albert"), { model: mlmModel, tokenizer });
    expect(config("albert")).toMatchObject({ model_type: "albert", architectures: ["AlbertForMaskedLM"] });
    saveModel(at("electra"), { model: mlmModel, tokenizer, modelType: "electra" });
    saveModel(at("again"), loadMlmModel(at("electra")));
    expect(config("again")).toEqual(config("electra"));
    expect(config("again")).toMatchObject({ model_type: "electra", architectures: ["ElectraForMaskedLM"], num_attention_heads: 2 });
    expect(Object.keys(readSafetensors(at("again", "model.safetensors")).tensors)).toContain("electra.embeddings_project.weight");
    const refused = (model: Model, modelType: HfModelType): void =>
      expect(() => saveModel(at("refused"), { model, tokenizer, modelType })).toThrow(expect.objectContaining({ code: "nn/bad-model-folder" }));
    refused(filledModel(electra, classifier), "electra"); // its classifier computes something else
    refused(mlmModel, "bert"); // without a projection
    expect(existsSync(at("refused"))).toBe(false);
  });

  it("writes what no class of transformers has under names of its own, which transformers does not take for a model", () => {
    saveModel(at("own"), { model: filledModel({ ...archKinds["with merged bottlenecks"]!, vocabSize: 261 }, mlm), tokenizer });
    expect(config("own")).toMatchObject({ architectures: ["BortForMaskedLM"], num_attention_heads: [2, 1, 2] });
    expect(Object.keys(readSafetensors(at("own", "model.safetensors")).tensors)).toContain("encoder.layers.1.bottleneck.input.weight");
  });

  it("refuses a tokenizer of another size before it writes", async () => {
    const larger = await trainByteLevelBpe(["ab ab ab ab"], { vocabSize: 262 });
    expect(larger.vocabSize).toBe(262);
    expect(() => saveModel(at("size"), { model: filledModel(plain, mlm), tokenizer: larger })).toThrow(expect.objectContaining({ code: "nn/bad-model-folder" }));
    expect(existsSync(at("size"))).toBe(false);
    const folder = changed(filledModel(plain, mlm), (path) => writeFileSync(path("tokenizer.json"), larger.toJson()));
    expect(() => loadModel(folder)).toThrow(expect.objectContaining({ code: "nn/bad-model-folder", message: expect.stringContaining("262 tokens and its model 261") }));
  });
});

describe("loadModel", () => {
  const model = filledModel(plain, mlm);
  const word = "bert.embeddings.word_embeddings.weight";

  it.each<[string, (tensors: Record<string, NamedTensor>) => void, string]>([
    ["a missing tensor", (tensors) => { delete tensors["cls.predictions.bias"]; }, "cls.predictions.bias [261]"],
    ["a tensor too many", (tensors) => { tensors["bert.encoder.layer.2.output.dense.bias"] = { shape: [8], data: new Float32Array(8) }; }, "nothing called bert.encoder.layer.2.output.dense.bias [8]"],
    ["a transposed tensor", (tensors) => { tensors[word] = { ...tensors[word]!, shape: [8, 261] }; }, "[261,8], got [8,261]"],
    ["no tensor", (tensors) => { for (const name of Object.keys(tensors)) delete tensors[name]; }, "and 31 more"],
  ])("tells of %s", (_, change, text) => {
    const folder = changed(model, (path) => rewritten(path("model.safetensors"), change));
    expect(() => loadModel(folder)).toThrow(expect.objectContaining({ code: "nn/missing-tensor", message: expect.stringContaining(text) }));
  });

  it.each([["config.json"], ["tokenizer.json"], ["model.safetensors"]])("says where %s is missing", (name) => {
    const folder = changed(model, (path) => rmSync(path(name)));
    expect(() => loadModel(folder)).toThrow(expect.objectContaining({ code: expect.stringMatching(/^(nn|data)\/missing-path$/), message: expect.stringContaining(name) }));
  });

  it("refuses a config that is not JSON, of another head, or of one that does not say its labels", () => {
    const withConfig = (text: string): string => changed(model, (path) => writeFileSync(path("config.json"), text));
    const json = JSON.parse(readFileSync(`${changed(model, () => {})}/config.json`, "utf8")) as object;
    const refused = (text: string): unknown => {
      try {
        return loadModel(withConfig(text));
      } catch (error) {
        return error;
      }
    };
    expect(refused("{")).toMatchObject({ code: "nn/bad-model-folder", message: expect.stringContaining("not JSON") });
    expect(refused("[]")).toMatchObject({ code: "arch/bad-config" });
    for (const architectures of [["BertModel"], ["BertForSequenceClassification"], ["RobertaForMaskedLM"], []]) {
      expect(refused(JSON.stringify({ ...json, architectures }))).toMatchObject({ code: "nn/bad-model-folder", message: expect.stringContaining(architectures[0] ?? "nothing") });
    }
  });

  it("refuses a folder of the wrong head where one is asked for", () => {
    saveModel(at("mlm"), { model, tokenizer });
    saveModel(at("classifier"), { model: filledModel(plain, classifier), tokenizer });
    expect(loadMlmModel(at("mlm")).model.head.kind).toBe("mlm");
    expect(loadClassifier(at("classifier")).model.head.labels).toEqual(classifier.labels);
    expect(() => loadMlmModel(at("classifier"))).toThrow(expect.objectContaining({ code: "nn/wrong-head" }));
    expect(() => loadClassifier(at("mlm"))).toThrow(expect.objectContaining({ code: "nn/wrong-head" }));
  });

  it("tells the labels of a classifier without reading its weights", () => {
    for (const labels of [["b", "a", "c"], []]) {
      saveModel(at("labels"), { model: filledModel(plain, { kind: "classifier", labels }), tokenizer });
      rmSync(at("labels", "model.safetensors"));
      expect(classifierLabels(at("labels"))).toEqual(labels);
    }
    saveModel(at("labels"), { model: filledModel(plain, mlm), tokenizer });
    expect(() => classifierLabels(at("labels"))).toThrow(expect.objectContaining({ code: "nn/wrong-head" }));
    expect(() => classifierLabels(at("nowhere"))).toThrow(expect.objectContaining({ code: "nn/missing-path" }));
  });

  it("reads a copy elsewhere", () => {
    saveModel(at("here"), { model, tokenizer });
    cpSync(at("here"), at("there"), { recursive: true });
    expect(loadModel(at("there")).model.parameters.view("mlm.bias")).toEqual(filled("cls.predictions.bias", 261));
  });
});
